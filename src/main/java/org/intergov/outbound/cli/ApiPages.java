package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;
import org.intergov.outbound.message.MessagePath;

/** Lists that the gateway gives in pages. */
final class ApiPages {
  private ApiPages() {}

  /**
   * Hands on every element of every page.
   *
   * @param path of the first page; it may have a query
   * @param list the name of the list in a page
   */
  static void forEach(ApiClient client, String path, String list, Consumer<JsonNode> element) {
    String after = null;
    do {
      String join = path.contains("?") ? "&" : "?";
      JsonNode page = client.get(after == null ? path : path + join + "after=" + after);
      page.path(list).forEach(element);
      JsonNode next = page.path("next");
      boolean more = next.isValueNode() && !next.isNull();
      after = more ? MessagePath.escaped(next.asText()) : null;
    } while (after != null);
  }
}
