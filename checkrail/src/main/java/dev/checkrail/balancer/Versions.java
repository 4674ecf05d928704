package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The versions of one load balancer, in a folder of ours that only this user can open: certificates
 * and their keys are among the files.
 *
 * <pre>
 * objects/SHA-256      bytes of a file, once
 * versions/DIGEST      the manifest, whose SHA-256 is the digest: it proves itself
 * approved/DIGEST      instant, who, why; beside it nothing: the manifest is what the script reads
 * history              a line for each version that became live: instant, digest, "back" if it was
 *                      gone back to, "step" if it stood on the way to another one only
 * seen                 which processes ran when we last acted
 * raised               what the current rollout told servers; see {@link Raised}
 * taken-out            servers that a way back took out of service; see {@link TakenOut}
 * intent               a switch that is under way; see {@link Apply#recover}
 * lock                 one actor at a time, also over processes
 * </pre>
 *
 * <p>Each write is forced to the disk before it is relied on. Safe for use by several threads as
 * far as the lock is held.
 */
public final class Versions {
  private static final String ABSENT = "absent";
  private static final String BACK = "back";
  private static final String STEP = "step";
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  private final Path folder;

  private Versions(Path folder) {
    this.folder = folder;
  }

  /** A version that was allowed to live. */
  public record Approval(String digest, Instant at, String by, String why) {}

  /**
   * A version that became live.
   *
   * @param back whether it was gone back to
   * @param step whether it is a step of a rollout, on the way to another one
   */
  public record Lived(Instant at, String digest, boolean back, boolean step) {}

  /** Versions in a folder, which is made if it is not there. */
  public static Versions in(Path folder) throws BalancerException {
    Disk.folder(folder);
    for (String part : List.of("objects", "versions", "approved")) {
      Disk.folder(folder.resolve(part));
    }
    return new Versions(folder);
  }

  /** Where they are kept. */
  public Path folder() {
    return folder;
  }

  /** Keeps a version; when this returns it survives a crash. Answers its digest. */
  public String keep(ConfigurationSet set) throws BalancerException {
    for (Item item : set.items()) {
      if (item.content().isPresent()) {
        byte[] bytes = item.content().get().bytes();
        Path object = folder.resolve("objects").resolve(ConfigurationSet.sha256(bytes));
        if (!Files.exists(object)) {
          Disk.putOurs(object, bytes);
        }
      }
    }
    String digest = set.digest();
    // Also if it is there: its time says since when somebody wants it.
    Disk.putOurs(folder.resolve("versions").resolve(digest), set.manifest().getBytes(UTF_8));
    return digest;
  }

  /** A kept version, every byte checked against its digest. */
  public Optional<ConfigurationSet> load(String digest) throws BalancerException {
    Optional<byte[]> manifest = Disk.read(folder.resolve("versions").resolve(named(digest)));
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    if (!ConfigurationSet.sha256(manifest.get()).equals(digest)) {
      throw damaged(digest);
    }
    List<Item> main = new ArrayList<>();
    List<Item> files = new ArrayList<>();
    for (String line : new String(manifest.get(), UTF_8).lines().skip(1).toList()) {
      String[] words = line.split(" ", 3);
      String path =
          ESCAPED
              .matcher(words[2])
              .replaceAll(
                  m -> m.group(1).equals("n") ? "\n" : Matcher.quoteReplacement(m.group(1)));
      (words[0].equals("main") ? main : files)
          .add(words[1].equals(ABSENT) ? Item.absent(path) : item(digest, path, words[1]));
    }
    return Optional.of(new ConfigurationSet(main, files));
  }

  private Item item(String digest, String path, String sha256) throws BalancerException {
    byte[] bytes =
        Disk.read(folder.resolve("objects").resolve(sha256)).orElseThrow(() -> damaged(digest));
    if (!ConfigurationSet.sha256(bytes).equals(sha256)) {
      throw damaged(digest);
    }
    return Item.of(path, bytes);
  }

  private static BalancerException damaged(String digest) {
    return new BalancerException(
        Kind.DAMAGED,
        "the kept version "
            + brief(digest)
            + " is damaged: a file of it is missing or changed; go to another one");
  }

  /**
   * Allows a kept version to live.
   *
   * @param by who allowed it
   * @param why what for, in one line
   */
  public void approve(String digest, Instant at, String by, String why) throws BalancerException {
    if (load(digest).isEmpty()) {
      throw new BalancerException(Kind.REFUSED, "no version " + brief(digest) + " is kept here");
    }
    Disk.putOurs(
        folder.resolve("approved").resolve(digest),
        (at + "\n" + line(by) + "\n" + line(why) + "\n").getBytes(UTF_8));
  }

  /** Who allowed a version to live, if anybody did. */
  public Optional<Approval> approval(String digest) throws BalancerException {
    Optional<byte[]> bytes = Disk.read(folder.resolve("approved").resolve(named(digest)));
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    List<String> lines = new String(bytes.get(), UTF_8).lines().toList();
    try {
      return Optional.of(
          new Approval(digest, Instant.parse(lines.get(0)), lines.get(1), lines.get(2)));
    } catch (DateTimeException | IndexOutOfBoundsException e) {
      throw damaged(digest);
    }
  }

  /** All approvals, the latest first. */
  public List<Approval> approvals() throws BalancerException {
    List<Approval> approvals = new ArrayList<>();
    for (String name : names("approved")) {
      approval(name).ifPresent(approvals::add);
    }
    approvals.sort(Comparator.comparing(Approval::at).reversed());
    return approvals;
  }

  /** Versions that became live, the latest last. */
  public List<Lived> history() throws BalancerException {
    List<Lived> lived = new ArrayList<>();
    String text = new String(Disk.read(folder.resolve("history")).orElse(new byte[0]), UTF_8);
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", -1);
      if (words.length >= 2) {
        String how = words.length > 2 ? words[2] : "";
        lived.add(new Lived(Instant.parse(words[0]), words[1], how.equals(BACK), how.equals(STEP)));
      }
    }
    return lived;
  }

  /** The version that is meant to be live. */
  public Optional<String> live() throws BalancerException {
    List<Lived> history = history();
    return history.isEmpty() ? Optional.empty() : Optional.of(history.getLast().digest());
  }

  /**
   * Where going back leads: the version that lived before the live one. What was gone back from is
   * no such version any more, so who goes back twice comes to an older one and never to the one
   * that he fled from; that one can be put in place anew, or named. Nor is what was only a step on
   * the way.
   */
  public Optional<String> previous() throws BalancerException {
    List<String> line = new ArrayList<>();
    for (Lived one : history()) {
      int there = one.back() ? line.lastIndexOf(one.digest()) : -1;
      if (there < 0) {
        line.add(one.digest());
      } else {
        line.subList(there + 1, line.size()).clear();
      }
    }
    Set<String> steps = new HashSet<>();
    history().stream().filter(Lived::step).forEach(one -> steps.add(one.digest()));
    history().stream().filter(one -> !one.step()).forEach(one -> steps.remove(one.digest()));
    for (int i = line.size() - 2; i >= 0; i--) {
      if (!line.get(i).equals(line.getLast()) && !steps.contains(line.get(i))) {
        return Optional.of(line.get(i));
      }
    }
    return Optional.empty();
  }

  /**
   * What is kept.
   *
   * @param lived how many that lived, at least 2: the live one and the one before
   * @param needed digests that somebody needs whatever their age
   * @param candidatesSince one that was never approved is kept if it was wanted after this
   */
  public record Keeping(int lived, Set<String> needed, Instant candidatesSince) {
    public Keeping {
      needed = Set.copyOf(needed);
    }
  }

  /**
   * Forgets versions that nobody needs: all but the latest that lived, those that were approved
   * since the oldest of them, candidates that are not old yet, and what an interrupted switch
   * needs. Answers how many.
   */
  public int prune(Keeping keeping) throws BalancerException {
    Set<String> needed = new LinkedHashSet<>();
    Instant oldest = Instant.MAX;
    List<Lived> history = history();
    for (int i = history.size() - 1; i >= 0 && needed.size() < Math.max(2, keeping.lived()); i--) {
      needed.add(history.get(i).digest());
      oldest = history.get(i).at();
    }
    needed.addAll(keeping.needed());
    Set<String> lived = new HashSet<>();
    history.forEach(one -> lived.add(one.digest()));
    for (Approval approval : approvals()) {
      // One that never lived waits to; its time says little, for clocks are set back.
      if (!approval.at().isBefore(oldest) || !lived.contains(approval.digest())) {
        needed.add(approval.digest());
      }
    }
    previous().ifPresent(needed::add);
    Optional<Intent> intent = Intent.read(this);
    intent.ifPresent(one -> needed.addAll(List.of(one.from(), one.to())));
    int gone = 0;
    for (String digest : names("versions")) {
      boolean young =
          approval(digest).isEmpty() && !wanted(digest).isBefore(keeping.candidatesSince());
      if (!needed.contains(digest) && !young) {
        // The approval goes first: what is approved is whole.
        Disk.delete(folder.resolve("approved").resolve(digest));
        Disk.delete(folder.resolve("versions").resolve(digest));
        gone++;
      }
    }
    Set<String> used = new HashSet<>();
    for (String digest : names("versions")) {
      new String(Disk.read(folder.resolve("versions").resolve(digest)).orElse(new byte[0]), UTF_8)
          .lines()
          .skip(1)
          .forEach(line -> used.add(line.split(" ", 3)[1]));
    }
    for (String object : names("objects")) {
      if (!used.contains(object)) {
        Disk.delete(folder.resolve("objects").resolve(object));
      }
    }
    return gone;
  }

  private Instant wanted(String digest) throws BalancerException {
    try {
      return Files.getLastModifiedTime(folder.resolve("versions").resolve(digest)).toInstant();
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, "can't look at " + folder + ": " + e.getMessage(), e);
    }
  }

  private List<String> names(String part) throws BalancerException {
    try (Stream<Path> files = Files.list(folder.resolve(part))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.startsWith("."))
          .toList();
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, "can't list " + folder + ": " + e.getMessage(), e);
    }
  }

  void lived(String digest, Instant at, boolean back) throws BalancerException {
    lived(new Lived(at, digest, back, false));
  }

  void lived(Lived now) throws BalancerException {
    if (live().filter(now.digest()::equals).isPresent()) {
      return;
    }
    List<Lived> all = new ArrayList<>(history());
    all.add(now);
    StringBuilder text = new StringBuilder();
    for (Lived one : all) {
      text.append(one.at()).append(' ').append(one.digest());
      text.append(one.back() ? " " + BACK : one.step() ? " " + STEP : "").append('\n');
    }
    Disk.putOurs(folder.resolve("history"), text.toString().getBytes(UTF_8));
  }

  /** Which processes ran when we last acted. */
  public Optional<Processes.Seen> seen() throws BalancerException {
    return Disk.read(folder.resolve("seen"))
        .map(bytes -> new String(bytes, UTF_8).strip().split(" ", -1))
        .filter(words -> words.length == 3)
        .map(words ->
            new Processes.Seen(
                Long.parseLong(words[0]), Integer.parseInt(words[1]), Long.parseLong(words[2])));
  }

  void seen(Processes.Seen seen) throws BalancerException {
    Disk.putOurs(
        folder.resolve("seen"),
        (seen.master() + " " + seen.reloads() + " " + seen.worker() + "\n").getBytes(UTF_8));
  }

  /** The lock of this load balancer; closing it gives it back, and so does the process's end. */
  Lock lock() throws BalancerException {
    try {
      FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        channel.close();
        throw new BalancerException(
            Kind.BUSY, "another apply or rollback of this load balancer is under way");
      }
      return channel::close;
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, "can't lock " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Held while somebody acts. */
  interface Lock extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /** A digest as people see it. */
  public static String brief(String digest) {
    return digest.length() > 12 ? digest.substring(0, 12) : digest;
  }

  /** What comes from outside names no file by accident. */
  private static String named(String digest) throws BalancerException {
    if (!digest.matches("[0-9a-f]{64}")) {
      throw new BalancerException(Kind.REFUSED, "'" + digest + "' is no digest of a version");
    }
    return digest;
  }

  private static String line(String text) {
    return text.replaceAll("\\R", " ");
  }
}
