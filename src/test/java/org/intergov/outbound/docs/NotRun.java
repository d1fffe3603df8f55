package org.intergov.outbound.docs;

import java.util.Map;

/** Blocks of commands that no test runs as they stand, by their first line, and why not. */
final class NotRun {
  static final Map<String, String> WHY =
      Map.ofEntries(
          Map.entry(
              "mvn -B -ntp -q package -DskipTests && java -jar target/intergov-outbound.jar demo",
              "it builds the JAR that the tests run; CommandLineIT plays the demo"),
          Map.entry("mvn -B -ntp verify", "it is what runs the tests"),
          Map.entry(
              "mvn -q spotless:apply                     # formats",
              "they change the sources, or run tests and benches for minutes"),
          Map.entry("mvn -B -ntp -Pbench verify -DskipTests", "it takes twenty minutes"),
          Map.entry(
              "java -jar intergov-outbound.jar check channels.yaml              # every error with line,"
                  + " path and cause; --json",
              "the section before has the same commands, run; ExplainCommandTest has the options"),
          Map.entry(
              "java -jar intergov-outbound.jar lib camel-mail > lib.xml",
              "it downloads; MailRouteIT runs the section with JARs that the build has fetched"),
          Map.entry(
              "install -D -m 0644 -t /opt/intergov-outbound target/intergov-outbound.jar",
              "it changes the machine, and needs systemd; SystemdUnitTest reads the unit"),
          Map.entry(
              "kubectl apply --kustomize deploy/kubernetes",
              "it needs a cluster; KubernetesManifestsTest checks the manifests"),
          Map.entry(
              "java -XX:ArchiveClassesAtExit=gateway.jsa -jar intergov-outbound.jar demo --messages 200",
              "ClassArchive makes an archive in this way, of a run, and the tests' gateways start with it"),
          Map.entry(".ci/reproducible", "it builds twice; it is a check by itself"),
          Map.entry(
              "pg_dump -Fc -t 'intergov.delivery_*_archive' -f archive.dump …",
              "PostgreSQL's clients do not come with the embedded one"),
          Map.entry(
              "prometheus --config.file=ops/prometheus/prometheus.yml"
                  + " --storage.tsdb.path=prometheus-data --web.listen-address=127.0.0.1:9095",
              "it goes on; PrometheusIT runs a Prometheus with this configuration where there is one"));

  private NotRun() {}
}
