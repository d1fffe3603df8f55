package org.intergov.outbound;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
        Arguments.of("delivery", List.of("message", "routing")),
        Arguments.of("store", List.of("message", "routing", "delivery")),
        Arguments.of("channel", List.of("message", "routing", "delivery", "store")),
        Arguments.of("monitoring", List.of("message", "routing", "delivery", "store", "channel")),
        Arguments.of("api", List.of("message", "routing", "delivery", "store", "channel")),
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
            "imports run message <- routing <- delivery <- store <- (channel, api, monitoring) <-"
                + " root and cli; to comply, move what is needed down to "
                + (allowed.isEmpty() ? name : name + " or " + allowed)
                + ", or let the upper package hand it in through the constructor")
        .check(CLASSES);
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
        .that(ours().and(DescribedPredicate.not(resideInAPackage(in("store")))))
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
  void routing_knows_no_camel() {
    noClasses()
        .that()
        .resideInAPackage(in("routing"))
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
        .resideInAnyPackage(in("delivery"), in("store"), in("channel"))
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
