package org.intergov.outbound.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The manifests, read strictly as the types of Kubernetes and compared with the gateway's defaults.
 * There is no cluster here: {@code PackagedRunIT} asks a running gateway for what the probes ask.
 */
class KubernetesManifestsTest {
  private static final Path FOLDER = Path.of("deploy", "kubernetes");

  /** The types keep what they do not know; here it is an error. */
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated a) {
                  return false;
                }
              })
          .build();

  private static final Deployment DEPLOYMENT = read("deployment.yaml", Deployment.class);
  private static final PodSpec POD = DEPLOYMENT.getSpec().getTemplate().getSpec();
  private static final Container GATEWAY = POD.getContainers().get(0);

  @Test
  void no_annotation_promises_a_scrape_that_would_be_refused() {
    var metadata = DEPLOYMENT.getSpec().getTemplate().getMetadata();
    assertThat(metadata.getAnnotations().keySet())
        .as("figures want a token: see docs/DEPLOYING.md")
        .noneMatch(name -> name.startsWith("prometheus.io/"));
  }

  private static JsonNode yaml(String file) {
    List<JsonNode> documents = DeployFiles.yaml(FOLDER.resolve(file));
    assertThat(documents).as(file).hasSize(1);
    return documents.get(0);
  }

  private static <T extends HasMetadata> T read(String file, Class<T> type) {
    try {
      T read = STRICT.treeToValue(yaml(file), type);
      assertThat(yaml(file).path("apiVersion").asText())
          .as("apiVersion of %s", file)
          .isEqualTo(HasMetadata.getApiVersion(type));
      return read;
    } catch (IOException e) {
      throw new AssertionError(file + ": " + e.getMessage(), e);
    }
  }

  private static List<String> manifests() throws IOException {
    Set<String> others = Set.of("kustomization.yaml", "channels.yaml", "secret.example.yaml");
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.map(f -> f.getFileName().toString()).filter(f -> !others.contains(f)).toList();
    }
  }

  @Test
  void the_check_finds_a_field_that_does_not_exist() {
    JsonNode wrong =
        STRICT.valueToTree(Map.of("spec", Map.of("template", Map.of("spec", Map.of("x", 1)))));
    assertThatThrownBy(() -> STRICT.treeToValue(wrong, Deployment.class))
        .hasMessageContaining("\"x\"");
  }

  @Test
  void what_is_applied_is_there_and_the_example_secret_is_not_applied() throws IOException {
    JsonNode listed = yaml("kustomization.yaml").path("resources");
    assertThat(listed)
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrderElementsOf(manifests());
    Secret secret = read("secret.example.yaml", Secret.class);
    assertThat(DeployFiles.variables()).containsAll(secret.getStringData().keySet());
    assertThat(secret.getStringData().get("INTERGOV_DATABASE_PASSWORD")).startsWith("<");
  }

  @Test
  void images_have_versions() {
    JsonNode image = yaml("kustomization.yaml").path("images").get(0);
    assertThat(GATEWAY.getImage()).matches(DeployFiles::isPinned, "has a version");
    assertThat(GATEWAY.getImage()).startsWith(image.path("name").asText() + ":");
    assertThat(image.path("newTag").asText()).matches("\\d+\\.\\d+\\.\\d+");
  }

  @Test
  void the_ports_are_the_defaults() {
    Map<String, String> ports =
        GATEWAY.getPorts().stream()
            .collect(Collectors.toMap(p -> p.getName(), p -> p.getContainerPort().toString()));
    assertThat(ports)
        .isEqualTo(
            Map.of(
                "api", DeployFiles.setting("intergov.api.port"),
                "management", DeployFiles.setting("intergov.management.port")));
    Service service = read("service.yaml", Service.class);
    assertThat(service.getSpec().getPorts())
        .allMatch(p -> ports.containsKey(p.getTargetPort().getStrVal()));
  }

  @Test
  void the_probes_ask_the_management_port() {
    for (Probe probe :
        List.of(
            GATEWAY.getStartupProbe(), GATEWAY.getLivenessProbe(), GATEWAY.getReadinessProbe())) {
      HTTPGetAction get = probe.getHttpGet();
      assertThat(get.getPort().getStrVal()).isEqualTo("management");
      assertThat(get.getScheme()).as("the gateway has a certificate").isEqualTo("HTTPS");
      assertThat(get.getPath()).startsWith("/observe/health/");
    }
    assertThat(GATEWAY.getReadinessProbe().getHttpGet().getPath()).endsWith("/ready");
    assertThat(GATEWAY.getLivenessProbe().getHttpGet().getPath())
        .as("a lost database restarts no gateway")
        .endsWith("/live");
  }

  @Test
  void a_stop_has_the_time_it_takes() {
    assertThat(Duration.ofSeconds(POD.getTerminationGracePeriodSeconds()))
        .isGreaterThan(DeployFiles.duration("intergov.shutdown.timeout"));
  }

  @Test
  void the_pod_has_no_rights_and_nothing_to_write_on_but_its_volumes() {
    assertThat(POD.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(POD.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(POD.getAutomountServiceAccountToken()).isFalse();
    assertThat(GATEWAY.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(GATEWAY.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(GATEWAY.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(GATEWAY.getResources().getLimits()).containsKey("memory");
    assertThat(POD.getVolumes())
        .extracting(v -> v.getName())
        .containsExactlyInAnyOrderElementsOf(
            GATEWAY.getVolumeMounts().stream().map(m -> m.getName()).toList());
  }

  @Test
  void the_environment_sets_only_settings_that_exist() {
    assertThat(DeployFiles.variables())
        .containsAll(GATEWAY.getEnv().stream().map(EnvVar::getName).toList());
    assertThat(GATEWAY.getEnv())
        .extracting(EnvVar::getName)
        .as("tokens and TLS")
        .contains("INTERGOV_API_TOKENS_FILE", "INTERGOV_API_TLS_CERTIFICATE")
        .doesNotContain("INTERGOV_API_INSECURE");
    assertThat(POD.getEnableServiceLinks()).as("variables named like settings").isFalse();
  }

  @Test
  void the_network_policy_opens_the_ports_of_the_pods_alone() {
    NetworkPolicy policy = read("networkpolicy.yaml", NetworkPolicy.class);
    Set<String> open =
        policy.getSpec().getIngress().stream()
            .flatMap(i -> i.getPorts().stream())
            .map(p -> p.getPort().getStrVal())
            .collect(Collectors.toSet());
    assertThat(open).containsExactlyInAnyOrder("api", "management");
    assertThat(policy.getSpec().getIngress()).allMatch(i -> !i.getFrom().isEmpty());
    assertThat(policy.getSpec().getPodSelector().getMatchLabels())
        .isEqualTo(DEPLOYMENT.getSpec().getSelector().getMatchLabels());
  }

  @Test
  void every_selector_finds_the_pods() {
    Map<String, String> labels = DEPLOYMENT.getSpec().getTemplate().getMetadata().getLabels();
    PodDisruptionBudget budget = read("poddisruptionbudget.yaml", PodDisruptionBudget.class);
    Service service = read("service.yaml", Service.class);
    assertThat(labels).containsAllEntriesOf(DEPLOYMENT.getSpec().getSelector().getMatchLabels());
    assertThat(labels).containsAllEntriesOf(budget.getSpec().getSelector().getMatchLabels());
    assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
    assertThat(budget.getSpec().getMinAvailable().getIntVal())
        .isLessThan(DEPLOYMENT.getSpec().getReplicas());
  }

  @Test
  void kubectl_renders_them() throws Exception {
    Process kubectl;
    try {
      kubectl = new ProcessBuilder("kubectl", "kustomize", FOLDER.toString()).start();
    } catch (IOException e) {
      assumeTrue(false, "NOT CHECKED: no kubectl on this machine (" + e.getMessage() + ")");
      return;
    }
    String out = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(kubectl.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(kubectl.waitFor()).as(err).isZero();
    assertThat(out).contains("kind: Deployment", "kind: ConfigMap", "kind: PodDisruptionBudget");
  }
}
