package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.intergov.outbound.Databases;
import org.intergov.outbound.postgres.EmbeddedDatabaseException;
import org.intergov.outbound.store.Stores;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import org.intergov.outbound.store.upkeep.LakeRebuild.Found;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rebuild-lake}: the lake, from outbox and journal. */
@Command(
    name = "rebuild-lake",
    header = "Repairs the message lake from the outbox, the journal and their archives.",
    description = {
      "",
      "For a lake that was lost, or restored to an earlier time than the outbox. Missing entries are"
          + " added, entries older than the journal are corrected, all others are left alone; nothing"
          + " is journaled or sent. It may run while gateways run, and more than once.",
      "",
      "It needs the gateway's own settings (intergov.database.*, intergov.lake.*), from the same"
          + " places as run.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the lake is correct (with --check: it was so already)",
      "1:some entries are not (the output counts them), or a database could not be reached",
      "2:wrong usage or configuration"
    })
final class RebuildLakeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--check", description = "Only count what would be added or corrected.")
  private boolean check;

  @Option(names = "--json", description = "Print the counts as JSON. Default: text.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Progress progress = new Progress(err, Terminal.isThere(), 0);
    Found found;
    try (Stores stores = Databases.open(RunCommand.settings())) {
      found = stores.lakeRebuild().run(check, seen -> progress.at(0, seen));
    } catch (EmbeddedDatabaseException | StoreException | StoreUnavailableException e) {
      throw new CommandFailedException(e.getMessage(), e);
    } finally {
      progress.clear();
    }
    out.println(json ? object(found).toString() : text(found));
    out.flush();
    return isRight(found) ? Cli.DONE : Cli.FAILED;
  }

  private boolean isRight(Found found) {
    boolean left = check && found.missing() + found.older() > 0;
    return !left && found.newer() + found.otherContent() + found.refused() == 0;
  }

  private String text(Found found) {
    return String.format(
        Locale.ROOT,
        "%d messages; entries missing: %d, older than the journal: %d%s%n"
            + "left alone: newer than the outbox: %d, with other content: %d; refused by the lake: %d",
        found.seen(),
        found.missing(),
        found.older(),
        check ? "" : " (added and corrected)",
        found.newer(),
        found.otherContent(),
        found.refused());
  }

  private ObjectNode object(Found found) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("check", check)
        .put("messages", found.seen())
        .put("missing", found.missing())
        .put("older", found.older())
        .put("newer", found.newer())
        .put("otherContent", found.otherContent())
        .put("refused", found.refused());
  }
}
