package org.intergov.outbound.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * One state of a channels.yaml that is edited again and again: each receiver has a channel of its
 * own or goes to the last entry, and each channel's address tells by which edit it was given.
 *
 * @param number of the edit
 * @param carriers receiver to channel; who is missing goes through {@code last}
 * @param addresses channel to the number of the edit that gave it its address
 * @param settings channel to what else its entry says
 */
record EditedTable(
    int number,
    Map<String, String> carriers,
    Map<String, Integer> addresses,
    Map<String, String> settings) {

  static final List<String> RECEIVERS = List.of("SG", "GB", "FR", "NZ", "DE", "JP", "KR", "BR");
  private static final List<String> CHANNELS = List.of("c0", "c1", "c2", "c3", "c4");
  private static final String LAST = "last";
  private static final List<String> SETTINGS =
      List.of(
          "timeout: 20s",
          "timeout: 60s",
          "concurrency: 3",
          "concurrency: 40",
          "retry: { attempts: 3 }",
          "on-unknown: hold",
          "on-revoked: reject");

  /** Every channel has a receiver, so that all are there. */
  static EditedTable complete(int number) {
    Map<String, String> carriers = new TreeMap<>();
    Map<String, Integer> addresses = new TreeMap<>(Map.of(LAST, number));
    for (int i = 0; i < RECEIVERS.size(); i++) {
      carriers.put(RECEIVERS.get(i), CHANNELS.get(i % CHANNELS.size()));
      addresses.put(CHANNELS.get(i % CHANNELS.size()), number);
    }
    return new EditedTable(number, carriers, addresses, new TreeMap<>());
  }

  /** The next edit: receivers move, channels come and go, addresses and settings change. */
  EditedTable next(int edit, Random random) {
    Map<String, String> moved = new TreeMap<>(carriers);
    for (int i = 0; i < 2; i++) {
      String receiver = any(RECEIVERS, random);
      if (random.nextInt(4) == 0) {
        moved.remove(receiver);
      } else {
        moved.put(receiver, any(CHANNELS, random));
      }
    }
    Map<String, Integer> given = new TreeMap<>(addresses);
    Map<String, String> said = new TreeMap<>(settings);
    given.keySet().removeIf(c -> !c.equals(LAST) && !moved.containsValue(c));
    moved.values().forEach(c -> given.putIfAbsent(c, edit));
    if (random.nextInt(5) < 2) {
      given.put(any(List.copyOf(given.keySet()), random), edit);
    }
    if (random.nextInt(5) < 2) {
      said.put(any(List.copyOf(given.keySet()), random), any(SETTINGS, random));
    }
    return new EditedTable(edit, moved, given, said);
  }

  private static String any(List<String> of, Random random) {
    return of.get(random.nextInt(of.size()));
  }

  String carrier(String receiver) {
    return carriers.getOrDefault(receiver, LAST);
  }

  boolean hasAddress(String channel, int edit) {
    return addresses.getOrDefault(channel, -1) == edit;
  }

  int channels() {
    return addresses.size();
  }

  /** As a file; channels are at {@code <base>/<channel>/<edit>}. */
  String yaml(String base) {
    StringBuilder yaml = new StringBuilder("# edit " + number + "\nchannels:\n");
    List<String> ids = new ArrayList<>(addresses.keySet());
    ids.remove(LAST);
    ids.add(LAST);
    for (String id : ids) {
      List<String> receivers =
          RECEIVERS.stream().filter(r -> !id.equals(LAST) && carrier(r).equals(id)).toList();
      yaml.append("  - id: ").append(id).append("\n    kind: http\n");
      yaml.append("    match: { receiver: ").append(id.equals(LAST) ? "'*'" : receivers);
      yaml.append(" }\n    parameters: { url: \"");
      yaml.append(base).append('/').append(id).append('/').append(addresses.get(id));
      yaml.append(
          "\", connect-timeout: 20s }\n    poll: { first-after: 100ms, every: 1s, finality: 0s }\n");
      String said = settings.getOrDefault(id, "");
      yaml.append(said.startsWith("timeout") ? "" : "    timeout: 40s\n");
      yaml.append(said.isEmpty() ? "" : "    " + said + "\n");
    }
    return yaml.toString();
  }

  /** The file as somebody leaves it who makes a mistake. */
  String broken(String base, Random random) {
    String good = yaml(base);
    return switch (random.nextInt(7)) {
      case 0 -> good.replaceFirst("kind: http", "kind: htp");
      case 1 -> good + "  - {";
      case 2 -> good + good.substring(good.lastIndexOf("  - id:"));
      case 3 -> good.replaceFirst("match:", "mtach:");
      case 4 -> "";
      case 5 -> good.replaceFirst("http://", "ftp://");
      default -> good.replaceFirst("every: 1s", "every: soon");
    };
  }
}
