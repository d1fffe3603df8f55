package org.intergov.outbound.config.channels;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.config.yaml.Problems;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.config.yaml.YamlFile;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Loads {@code channels.yaml}, validated whole. */
public final class ChannelsFile {

  static final List<String> KEYS = List.of("defaults", "channels");

  private static final String CHANNELS = "a list of at least one channel";

  private ChannelsFile() {}

  /**
   * Reads and validates the file. Nothing of a file with an error is used, and every error is
   * reported at once.
   *
   * @param env value of an environment variable, null if it is not set
   * @param jurisdiction the only sender of this gateway; null: not known, and what depends on it is
   *     not checked
   * @param kinds the kinds of channel there are, by name
   * @throws InvalidChannelsException if the file cannot be read or used
   * @throws IllegalArgumentException if the jurisdiction is not an assigned country code
   */
  public static Loaded load(
      Path file,
      Function<String, String> env,
      String jurisdiction,
      Map<String, KindDescription> kinds)
      throws InvalidChannelsException {
    return load(file, env, jurisdiction, kinds, Clock.systemUTC());
  }

  /**
   * As {@link #load(Path, Function, String, Map)}, with a clock that tells which entries are
   * active.
   */
  public static Loaded load(
      Path file,
      Function<String, String> env,
      String jurisdiction,
      Map<String, KindDescription> kinds,
      Clock clock)
      throws InvalidChannelsException {
    MessageRules rules =
        jurisdiction == null ? MessageRules.ofAnySender() : new MessageRules(jurisdiction);
    Problems problems = new Problems(file);
    Source source = new Source(problems, env);
    Optional<Node> root = new YamlFile(file, problems).read();
    List<Channel> channels = new ArrayList<>();
    if (root.isPresent() && !Source.isNull(root.get())) {
      read(source, root.get(), new ChannelReader(source, rules, kinds), channels);
    } else if (problems.errors() == 0) {
      problems.error(1, "", "an empty file", "channels: with " + CHANNELS);
    }
    problems.throwIfErrors();
    return new Loaded(new RoutingTable(channels, clock), problems.inOrder());
  }

  private static void read(Source source, Node root, ChannelReader reader, List<Channel> to) {
    Optional<Section> opened = Section.open(source, root, "", KEYS);
    if (opened.isEmpty()) {
      return;
    }
    Section file = opened.get();
    ChannelSettings defaults =
        file.get("defaults")
            .filter(node -> !Source.isNull(node))
            .flatMap(node -> Section.open(source, node, "defaults", SettingsReader.KEYS))
            .map(section -> SettingsReader.read(section, ChannelSettings.BUILT_IN))
            .orElse(ChannelSettings.BUILT_IN);
    Optional<Node> channels = file.get("channels");
    if (channels.isEmpty()) {
      file.missing("channels", CHANNELS);
    } else if (!(channels.get() instanceof SequenceNode list)) {
      source.error(channels.get(), "channels", Source.kindOf(channels.get()), CHANNELS);
    } else if (list.getValue().isEmpty()) {
      source.error(list, "channels", "an empty list", CHANNELS);
    } else {
      for (int i = 0; i < list.getValue().size(); i++) {
        reader.read(list.getValue().get(i), "channels[" + i + "]", defaults).ifPresent(to::add);
      }
    }
  }
}
