package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.ErrorFile;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Setting;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Section;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** What all proxy sections of one configuration share. */
final class Surroundings {
  private final Notes notes;
  private final FileLookup files;
  private final Map<String, Mode> pools;
  private final Set<String> poolNames;
  private final Map<String, String> environment;
  private final Map<String, Map<Integer, ErrorFile>> errorSections;
  private final String certificateBase;
  private final Map<Directive, Setting> settings = new IdentityHashMap<>();
  private final Map<Section, AclScope> httpScopes = new IdentityHashMap<>();
  private final Map<Section, AclScope> tcpScopes = new IdentityHashMap<>();

  Surroundings(
      Notes notes,
      FileLookup files,
      Map<String, Mode> pools,
      Map<String, String> environment,
      Map<String, Map<Integer, ErrorFile>> errorSections,
      String certificateBase) {
    this.notes = notes;
    this.files = files;
    this.pools = new HashMap<>(pools);
    this.poolNames = Set.copyOf(pools.keySet());
    this.environment = Map.copyOf(environment);
    this.errorSections = Map.copyOf(errorSections);
    this.certificateBase = certificateBase;
  }

  Notes notes() {
    return notes;
  }

  FileLookup files() {
    return files;
  }

  Set<String> pools() {
    return poolNames;
  }

  Map<String, String> environment() {
    return environment;
  }

  Map<String, Map<Integer, ErrorFile>> errorSections() {
    return errorSections;
  }

  String certificateBase() {
    return certificateBase;
  }

  /** A directive as a setting; made once for all sections that inherit it. */
  Setting setting(Directive directive) {
    return settings.computeIfAbsent(directive, LowerSetting::setting);
  }

  /** The mode of a pool; empty if there is none of that name. */
  Optional<Mode> mode(String pool) {
    return Optional.ofNullable(pools.get(pool));
  }

  /** The ACLs of a defaults section, which only its own rules see. */
  AclScope defaultScope(
      Section defaults, BiFunction<Directive, String, Setup> setups, boolean http) {
    return (http ? httpScopes : tcpScopes)
        .computeIfAbsent(
            defaults,
            section -> {
              var acls = section.activeDirectives().filter(d -> d.is("acl")).toList();
              AclScope scope =
                  new AclScope(acls, notes, directive -> setups.apply(directive, section.label()));
              acls.forEach(scope::passed);
              return scope;
            });
  }
}
