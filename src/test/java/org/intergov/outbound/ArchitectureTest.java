package org.intergov.outbound;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which package may know which: imports run one way, and only the store writes state. */
class ArchitectureTest {
  private static final String ROOT = "org.intergov.outbound";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  /** Each package, and those of ours that it may import. */
  static Stream<Arguments> packagesAndWhatTheyMayImport() {
    return Stream.of(
        Arguments.of("message", List.of()),
        Arguments.of("routing", List.of("message")),
        Arguments.of("config", List.of("message", "routing")),
        Arguments.of("delivery", List.of("message", "routing")),
        Arguments.of("postgres", List.of("config")),
        Arguments.of("store", List.of("message", "routing", "config", "delivery", "postgres")),
        Arguments.of("channel", List.of("message", "routing", "config", "delivery")),
        Arguments.of(
            "flow", List.of("message", "routing", "config", "delivery", "store", "channel")),
        Arguments.of(
            "monitoring",
            List.of("message", "routing", "config", "delivery", "store", "channel", "flow")),
        Arguments.of(
            "api", List.of("message", "routing", "config", "delivery", "store", "channel", "flow")),
        Arguments.of("simulator", List.of()));
  }

  @ParameterizedTest(name = "{0} imports nothing of ours but {1}")
  @MethodSource("packagesAndWhatTheyMayImport")
  void imports_run_one_way(String name, List<String> allowed) {
    List<String> may = new ArrayList<>(List.of(in(name)));
    allowed.forEach(a -> may.add(in(a)));
    noClasses()
        .that()
        .resideInAPackage(in(name))
        .should()
        .dependOnClassesThat(ours().and(DescribedPredicate.not(resideInAnyPackage(array(may)))))
        .because(
            "imports run message <- routing <- (config, delivery) <- (store, channel) <- flow <-"
                + " (api, monitoring) <- root and cli; to comply, move what is needed down to "
                + (allowed.isEmpty() ? name : name + " or " + allowed)
                + ", or let the upper package hand it in through the constructor")
        .check(CLASSES);
  }

  @ParameterizedTest(name = "the kind {0} knows no other kind")
  @ValueSource(strings = {"http", "kafka", "sqs"})
  void kinds_know_the_contract_and_nothing_of_each_other(String kind) {
    noClasses()
        .that()
        .resideInAPackage(in("channel"))
        .and()
        .resideOutsideOfPackage(in("channel." + kind))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(in("channel." + kind))
        .because(
            "a kind is added by a folder and a route file; to comply, move what two kinds need to"
                + " channel")
        .check(CLASSES);
  }

  @Test
  void a_package_is_at_most_an_eighth_of_the_code() throws IOException {
    Map<Path, Long> lines = new HashMap<>();
    for (Path file : sources()) {
      try (Stream<String> all = Files.lines(file)) {
        lines.merge(file.getParent(), all.count(), Long::sum);
      }
    }
    long most = lines.values().stream().mapToLong(Long::longValue).sum() / 8;
    assertThat(lines).hasSizeGreaterThan(20);
    assertThat(lines)
        .as(
            "lines of each package; one above has two subjects: to comply, give the second a package"
                + " of its own")
        .allSatisfy((folder, count) -> assertThat(count).isLessThanOrEqualTo(most));
  }

  @Test
  void no_two_classes_have_one_name() throws IOException {
    assertThat(sources().stream().map(file -> file.getFileName().toString()))
        .as("a name that means two things is read wrongly; to comply, name what differs")
        .filteredOn(name -> !name.equals("package-info.java"))
        .hasSizeGreaterThan(300)
        .doesNotHaveDuplicates();
  }

  @Test
  void each_package_says_in_a_sentence_what_it_is_for() throws IOException {
    assertThat(sources().stream().map(Path::getParent).distinct())
        .as("to comply, add a package-info.java")
        .allSatisfy(folder -> assertThat(folder.resolve("package-info.java")).exists());
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> all = Files.walk(Path.of("src/main/java"))) {
      return all.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  @Test
  void only_the_command_line_knows_the_simulator() {
    noClasses()
        .that(ours().and(DescribedPredicate.not(resideInAnyPackage(in("cli"), in("simulator")))))
        .should()
        .dependOnClassesThat(resideInAPackage(in("simulator")))
        .because(
            "the simulated channel is a counterpart, not a part of the gateway; to comply, speak to"
                + " it over HTTP, as to any channel, and start it from cli")
        .check(CLASSES);
  }

  @Test
  void only_the_store_speaks_sql() {
    noClasses()
        .that(ours().and(DescribedPredicate.not(resideInAnyPackage(in("store"), in("postgres")))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.postgresql..", "com.zaxxer..", "org.flywaydb..")
        .because(
            "each table has one class that writes it, and that class is in store; to comply, give"
                + " that class a method whose name says what happens, and call it")
        .check(CLASSES);
  }

  @Test
  void only_the_store_and_what_binds_it_for_camel_know_data_sources() {
    noClasses()
        .that(ours())
        .and()
        .resideOutsideOfPackages(in("store"), ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("javax.sql..")
        .because(
            "the lake's data source is there for camel-jdbc alone, bound by Gateway; to comply, go"
                + " through a class of store")
        .check(CLASSES);
  }

  @Test
  void what_decides_does_no_input_or_output() {
    noClasses()
        .that()
        .resideInAnyPackage(in("message"), in("delivery"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.camel..", "io.vertx..", "java.sql..", "java.net.http..", "java.nio.file..")
        .because(
            "rules are pure so that they can be read and tested by themselves; to comply, take what"
                + " was read as an argument and return what is to be written")
        .check(CLASSES);
  }

  @Test
  void routing_and_config_know_no_camel() {
    noClasses()
        .that()
        .resideInAnyPackage(in("routing"), in("config"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.camel..", "io.vertx..")
        .because(
            "the table is checked without a running gateway; to comply, let channel describe its"
                + " kinds as KindDescription and hand them in")
        .check(CLASSES);
  }

  @Test
  void only_the_command_line_and_its_main_class_end_the_process() {
    noClasses()
        .that(ours())
        .and()
        .resideOutsideOfPackages(in("cli"), ROOT)
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .because("only a command knows its exit code; to comply, throw, and let cli map it")
        .check(CLASSES);
  }

  /**
   * Of two replicas whose clocks are an hour apart, neither may take a lease for run out, or a
   * message for expired, before the other one does.
   */
  @Test
  void what_becomes_of_a_message_does_not_depend_on_the_clock_of_a_machine() {
    noClasses()
        .that()
        .resideInAnyPackage(in("delivery"), in("store"), in("channel"), in("flow"))
        .and(
            DescribedPredicate.not(
                nestedIn(
                    // a Retry-After may be a date, and come without one to compare it with
                    "ChannelApi",
                    // how far back a channel is asked for changes; what it leaves out is asked one
                    // by one
                    "StatusBatch",
                    "StatusBatches",
                    // that a machine was suspended; it makes nothing younger, whatever it says
                    "Stock",
                    // a figure
                    "MessageUpdates")))
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "reads the clock of this machine", ArchitectureTest::readsTheClock))
        .because(
            "leases, delays and expiry are those of the database, and what passes within a replica"
                + " is measured by System.nanoTime; to comply, compare with now() in the statement")
        .check(CLASSES);
  }

  private static boolean readsTheClock(JavaMethodCall call) {
    String owner = call.getTargetOwner().getFullName();
    String name = call.getTarget().getName();
    return owner.startsWith("java.time.") && (name.equals("now") || name.startsWith("system"))
        || owner.equals("java.lang.System") && name.equals("currentTimeMillis");
  }

  private static DescribedPredicate<JavaClass> nestedIn(String... names) {
    return DescribedPredicate.describe(
        "are, or are within, " + List.of(names),
        type -> Stream.of(names).anyMatch(n -> type.getName().matches(".*\\." + n + "([$].*)?")));
  }

  @Test
  void standard_output_belongs_to_commands() {
    noClasses()
        .that(ours())
        .and()
        .resideOutsideOfPackages(in("cli"))
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .because(
            "standard output is for what a command prints, so that it can be piped; to comply, log,"
                + " or return the text to cli")
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> ours() {
    return resideInAPackage(ROOT + "..");
  }

  private static String in(String name) {
    return ROOT + "." + name + "..";
  }

  private static String[] array(List<String> packages) {
    return packages.toArray(String[]::new);
  }
}
