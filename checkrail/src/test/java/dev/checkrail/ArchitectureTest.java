package dev.checkrail;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The plan of the house, held by a test: which room may use which, which rooms are pure, what every
 * room has at its door. Rooms that are not built yet are in the plan already.
 */
class ArchitectureTest {

  private static final String HOUSE = "dev.checkrail";

  /** "May use". What a room reaches over several arrows it may use as well; all else it may not. */
  private static final String PLAN =
      """
      source   ->
      model    -> source
      policy   -> model
      report   -> model
      read     -> model report
      explain  -> model report
      lint     -> read policy report
      prove    -> model policy report
      logs     -> model
      replay   -> prove logs
      rehearse -> read prove explain
      init     -> read prove replay
      change   -> report
      balancer -> change read
      review   -> change
      rollout  -> review balancer
      watch    -> balancer replay
      path     -> lint replay rehearse change
      store    -> change balancer review rollout watch
      settings ->
      serve    -> path init store settings
      cli      -> path init store settings
      """;

  /** No sockets, processes, clock, chance, threads or files: the same answer on every machine. */
  private static final List<String> PURE =
      List.of(
          "source",
          "model",
          "policy",
          "report",
          "read",
          "explain",
          "lint",
          "prove",
          "replay",
          "init",
          "rollout.stage",
          "rollout.observe",
          "review",
          "watch.detect",
          "watch.oncall");

  /** The verbs that {@code path} strings together; a new stage is added here. */
  private static final Set<String> STAGES =
      Set.of(
          "lint.Lint",
          "prove.Prove",
          "prove.Diff",
          "replay.Replay",
          "rehearse.Native",
          "rehearse.Rehearse");

  private static final Map<String, Set<String>> MAY_USE = mayUse();

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(HOUSE);

  private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");

  // --- who may use whom

  static Collection<String> rooms() {
    return MAY_USE.keySet();
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void roomUsesOnlyWhatThePlanAllows(String room) {
    String[] allowed =
        MAY_USE.get(room).stream().map(ArchitectureTest::within).toArray(String[]::new);
    check(
        noClasses()
            .that()
            .resideInAPackage(within(room))
            .should()
            .dependOnClassesThat(
                resideInAPackage(HOUSE + "..")
                    .and(DescribedPredicate.not(resideInAnyPackage(allowed)))));
  }

  @Test
  void everyClassLivesInARoomOfThePlan() {
    String[] planned =
        MAY_USE.keySet().stream().map(ArchitectureTest::within).toArray(String[]::new);
    check(classes().should().resideInAnyPackage(planned));
  }

  @Test
  void packagesFormNoCircles() {
    check(slices().matching(HOUSE + ".(**)").should().beFreeOfCycles());
  }

  /** Two implementations of one specification, compared by tests: worth nothing if they share. */
  @Test
  void explainAndProveDoNotSeeEachOther() {
    assertThat(MAY_USE.get("explain")).doesNotContain("prove");
    assertThat(MAY_USE.get("prove")).doesNotContain("explain");
  }

  @Test
  void setsKnowNothingOfTheProduct() {
    String set = within("prove.set");
    check(
        noClasses()
            .that()
            .resideInAPackage(set)
            .should()
            .dependOnClassesThat(
                resideInAPackage(HOUSE + "..").and(DescribedPredicate.not(resideInAPackage(set)))));
  }

  @Test
  void onlyPathAndTheEdgesStartAStage() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(within("path"), within("cli"), within("serve"))
            .should(useAStageOfAnotherRoom()));
  }

  /** The way through the house is one file that can be read at a glance. */
  @Test
  void thePathFitsOnAPage() throws IOException {
    assertThat(
            Files.readAllLines(
                ROOT.resolve("checkrail/src/main/java/dev/checkrail/path/Path.java")))
        .hasSizeLessThan(60);
  }

  // --- pure rooms

  @Test
  void pureRoomsTouchNoFileSocketProcessOrThread() {
    check(
        pureRooms()
            .dependOnClassesThat(
                resideInAnyPackage("java.nio.channels..", "java.net..", "javax.net..", "java.sql..")
                    .and(DescribedPredicate.not(name("java.net.URI")))
                    .and(DescribedPredicate.not(name("java.net.URISyntaxException")))
                    .or(type(Files.class))
                    .or(
                        resideInAPackage("java.io")
                            .and(
                                simpleName("File")
                                    .or(simpleName("FileInputStream"))
                                    .or(simpleName("FileOutputStream"))
                                    .or(simpleName("FileReader"))
                                    .or(simpleName("FileWriter"))
                                    .or(simpleName("RandomAccessFile"))))
                    .or(type(ProcessBuilder.class))
                    .or(type(Process.class))
                    .or(type(Runtime.class))
                    .or(type(Thread.class))
                    .or(JavaClass.Predicates.assignableTo("java.util.concurrent.Executor"))
                    .or(simpleName("CompletableFuture"))));
  }

  @Test
  void pureRoomsAskNeitherClockNorChanceNorSurroundings() {
    check(pureRooms().accessTargetWhere(readsTheWorld()));
  }

  private static ClassesShould pureRooms() {
    return noClasses()
        .that()
        .resideInAnyPackage(PURE.stream().map(ArchitectureTest::within).toArray(String[]::new))
        .should();
  }

  private static DescribedPredicate<JavaAccess<?>> readsTheWorld() {
    Map<String, Pattern> forbidden =
        Map.of(
            "java.lang.System",
            Pattern.compile(
                "nanoTime|currentTimeMillis|getenv|getProperty|getProperties|exit|in|out|err"),
            "java.lang.Math",
            Pattern.compile("random"),
            "java.util.UUID",
            Pattern.compile("randomUUID"),
            "java.util.Date",
            Pattern.compile("<init>"),
            "java.time.Clock",
            Pattern.compile("system.*|tick.*"),
            "java.time.InstantSource",
            Pattern.compile("system"),
            "java.util.concurrent.ThreadLocalRandom",
            Pattern.compile(".*"),
            "java.security.SecureRandom",
            Pattern.compile(".*"));
    return describe(
        "reads clock, chance or surroundings",
        access -> {
          AccessTarget target = access.getTarget();
          String owner = target.getOwner().getName();
          String member = target.getName();
          Pattern pattern = forbidden.get(owner);
          return (pattern != null && pattern.matcher(member).matches())
              || (owner.startsWith("java.time.") && member.equals("now"))
              || member.equals("parallelStream")
              || (owner.equals("java.nio.file.Path")
                  && (member.equals("toFile") || member.equals("toRealPath")))
              || (owner.equals("java.util.Random")
                  && access instanceof JavaConstructorCall call
                  && call.getTarget().getRawParameterTypes().isEmpty());
        });
  }

  // --- shapes

  @Test
  void modelIsMadeOfClosedValues() {
    check(
        classes()
            .that()
            .resideInAPackage(within("model"))
            .and(describe("have a name", c -> !c.isAnonymousClass() && !isPackageInfo(c)))
            .should(
                satisfy(
                    "be a record, an enum, a sealed interface or final",
                    c ->
                        c.isRecord()
                            || c.isEnum()
                            || (c.isInterface()
                                ? c.reflect().isSealed()
                                : c.getModifiers().contains(JavaModifier.FINAL)))));
  }

  /** A record is as immutable as what it holds, so what it is given it copies. */
  @Test
  void recordsCopyTheCollectionsTheyHold() {
    check(
        classes()
            .that(describe("are records", JavaClass::isRecord))
            .should(
                satisfy(
                    "copy each collection in the compact constructor (copyOf, unmodifiable…)",
                    c -> collections(c) <= copies(c))));
  }

  private static long collections(JavaClass record) {
    return Arrays.stream(record.reflect().getRecordComponents())
        .map(RecordComponent::getType)
        .filter(t -> Collection.class.isAssignableFrom(t) || Map.class.isAssignableFrom(t))
        .count();
  }

  private static long copies(JavaClass record) {
    Class<?>[] components =
        Arrays.stream(record.reflect().getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    JavaConstructor canonical = record.getConstructor(components);
    return canonical.getMethodCallsFromSelf().stream()
        .map(call -> call.getTarget().getName())
        .filter(name -> name.equals("copyOf") || name.startsWith("unmodifiable"))
        .count();
  }

  // --- what the sources say

  @Test
  void everyPackageIsIntroducedAndNullMarked() {
    Set<Path> packages =
        sources("src/main/java").map(Path::getParent).collect(toCollection(TreeSet::new));
    assertThat(packages)
        .isNotEmpty()
        .allSatisfy(folder ->
            assertThat(folder.resolve("package-info.java"))
                .exists()
                .content()
                .contains("/**", "@NullMarked"));
  }

  /**
   * A switch over a sealed type or an enum names every case, so that a new one breaks the compiler.
   * One over strings can close with {@code case String other ->}.
   */
  @Test
  void switchesInTheJudgingRoomsHaveNoDefault() {
    Stream<Path> judging =
        sources("src/main/java")
            .filter(
                file -> file.toString().matches(".*/dev/checkrail/(prove|lint|explain|replay)/.*"));
    assertThat(lines(judging, "\\bdefault\\s*(->|:)")).isEmpty();
  }

  @Test
  void testsNeverSleep() {
    assertThat(lines(sources("src/test"), "(Thread|TimeUnit\\.\\w+)\\s*\\.\\s*sleep\\s*\\("))
        .isEmpty();
  }

  @Test
  void noTestIsSwitchedOff() {
    assertThat(lines(sources("src/test"), "^\\s*@Disabled\\b")).isEmpty();
  }

  // --- words of this test

  private static Map<String, Set<String>> mayUse() {
    Map<String, Set<String>> reached = new LinkedHashMap<>();
    PLAN.lines()
        .forEach(line -> {
          String[] sides = line.split("->", -1);
          String room = sides[0].strip();
          Set<String> all = new TreeSet<>(Set.of(room));
          for (String used : sides[1].strip().split(" ")) {
            if (!used.isEmpty()) {
              // Written from the ground up: who is used is already there.
              all.addAll(reached.get(used));
            }
          }
          reached.put(room, all);
        });
    return reached;
  }

  private static String within(String room) {
    return HOUSE + "." + room + "..";
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(PRODUCT);
  }

  private static boolean isPackageInfo(JavaClass c) {
    return c.getSimpleName().equals("package-info");
  }

  private static ArchCondition<JavaClass> useAStageOfAnotherRoom() {
    return new ArchCondition<>("start a stage") {
      @Override
      public void check(JavaClass c, ConditionEvents events) {
        c.getAccessesFromSelf().stream()
            .filter(access -> STAGES.contains(room(access.getTargetOwner())))
            .filter(access -> !access.getTargetOwner().getPackage().equals(c.getPackage()))
            .forEach(
                access -> events.add(SimpleConditionEvent.satisfied(c, access.getDescription())));
      }

      private static String room(JavaClass stage) {
        String name = stage.getName();
        return name.startsWith(HOUSE + ".") ? name.substring(HOUSE.length() + 1) : "";
      }
    };
  }

  private static ArchCondition<JavaClass> satisfy(String description, Predicate<JavaClass> shape) {
    return new ArchCondition<>(description) {
      @Override
      public void check(JavaClass c, ConditionEvents events) {
        if (!shape.test(c)) {
          events.add(violated(c, c.getName() + " in " + c.getSourceCodeLocation()));
        }
      }
    };
  }

  private static Stream<Path> sources(String folder) {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return modules
          .map(module -> module.resolve(folder))
          .filter(Files::isDirectory)
          .toList()
          .stream()
          .flatMap(ArchitectureTest::javaFiles);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines in which the expression is found, as {@code file:line: text}. */
  private static List<String> lines(Stream<Path> files, String expression) {
    Pattern pattern = Pattern.compile(expression);
    return files
        .flatMap(file -> {
          List<String> text = read(file);
          return Stream.iterate(0, i -> i < text.size(), i -> i + 1)
              .filter(i -> pattern.matcher(text.get(i)).find())
              .map(i -> file.normalize() + ":" + (i + 1) + ": " + text.get(i).strip());
        })
        .toList();
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
