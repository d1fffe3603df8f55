package org.intergov.outbound.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.intergov.outbound.config.Cause;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code submit}: hands the messages of a file to a gateway. */
@Command(
    name = "submit",
    header = "Submits messages from a file or from standard input.",
    description = {
      "",
      "Reads one JSON message per line, or a JSON object or array over any number of lines; a"
          + " message has at most 65536 bytes. Messages without a sender_ref get one before they"
          + " are sent, so that sending a batch again never makes a second message.",
      "Exits 0 if every message is stored, 1 if not.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true)
final class SubmitCommand implements Callable<Integer> {
  private static final int MAX_BATCH = 10_000;
  private static final long MAX_BATCH_BYTES = 1024 * 1024;

  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "The messages; - is standard input.")
  private String file;

  @Option(
      names = "--batch",
      paramLabel = "MESSAGES",
      defaultValue = "500",
      description = "Messages sent at once, 1 to 10000; batches are cut at 1 MB too.")
  private int batchSize;

  @Option(
      names = "--retry-for",
      paramLabel = "DURATION",
      defaultValue = "1m",
      converter = DurationConverter.class,
      description =
          "How long to retry while the gateway is unreachable or takes nothing; 0s: no retry.")
  private Duration retryFor;

  @Option(
      names = "--quiet",
      description = "No progress bar and no summary; errors are printed all the same.")
  private boolean quiet;

  @Option(names = "--json", description = "Print the summary as a JSON object.")
  private boolean json;

  private long bytesRead;

  @Override
  public Integer call() {
    if (batchSize < 1 || batchSize > MAX_BATCH) {
      throw new ParameterException(
          spec.commandLine(), "--batch: " + batchSize + " is not between 1 and " + MAX_BATCH);
    }
    ApiClient client = gateway.client();
    PrintWriter err = spec.commandLine().getErr();
    try (InputStream input = open()) {
      Progress progress = new Progress(err, !quiet && Terminal.isThere(), size());
      SubmitReport report = new SubmitReport(file, progress);
      submit(LineSources.of(input), new Submission(client, retryFor, report), report, progress);
      progress.clear();
      tell(report);
      return report.exitCode();
    } catch (IOException e) {
      throw new CommandFailedException("cannot read " + file + ": " + Cause.of(e), e);
    }
  }

  private void submit(
      LineSource source, Submission submission, SubmitReport report, Progress progress)
      throws IOException {
    List<Line> batch = new ArrayList<>();
    long batchBytes = 0;
    boolean going = true;
    for (Line line = source.next(); line != null && going; line = source.next()) {
      if (line.problem() != null) {
        report.notSendable(line);
        continue;
      }
      batch.add(line);
      batchBytes += line.json().length;
      if (batch.size() >= batchSize || batchBytes >= MAX_BATCH_BYTES) {
        going = submission.send(batch);
        batch.clear();
        batchBytes = 0;
        progress.at(bytesRead, report.handled());
      }
    }
    if (going && !batch.isEmpty()) {
      submission.send(batch);
    }
  }

  private void tell(SubmitReport report) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(report.json());
    } else if (!quiet) {
      out.println(report.summary());
    }
    out.flush();
  }

  private InputStream open() {
    try {
      return counted(file.equals("-") ? System.in : Files.newInputStream(regular(Path.of(file))));
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "cannot read " + file + ": " + Cause.of(e), e);
    }
  }

  private Path regular(Path path) {
    if (!Files.exists(path)) {
      throw new ParameterException(spec.commandLine(), path + ": no such file");
    }
    if (Files.isDirectory(path)) {
      throw new ParameterException(spec.commandLine(), path + ": is a directory");
    }
    return path;
  }

  private long size() throws IOException {
    return file.equals("-") ? 0 : Files.size(Path.of(file));
  }

  private InputStream counted(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int read = super.read();
        bytesRead += read < 0 ? 0 : 1;
        return read;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        bytesRead += Math.max(0, read);
        return read;
      }
    };
  }
}
