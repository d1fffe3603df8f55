package org.intergov.outbound.bench;

import java.io.IOException;

/**
 * What one turn of one side has moved, and what it cost.
 *
 * @param cpu seconds of CPU of the side's own process
 * @param postgresCpu seconds of CPU of PostgreSQL
 * @param sinkCpu seconds of CPU of the sink
 */
record Turn(int messages, double seconds, double cpu, double postgresCpu, double sinkCpu) {
  double rate() {
    return messages / seconds;
  }

  double microsOwn() {
    return cpu * 1e6 / messages;
  }

  double microsPostgres() {
    return postgresCpu * 1e6 / messages;
  }

  double microsSink() {
    return sinkCpu * 1e6 / messages;
  }

  /** Something that can be timed. */
  interface Work {
    void run() throws Exception;
  }

  static Turn of(Rig rig, long pid, int messages, Work work) throws Exception {
    double[] before = cpus(rig, pid);
    long begin = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - begin) / 1e9;
    double[] after = cpus(rig, pid);
    return new Turn(
        messages, seconds, after[0] - before[0], after[1] - before[1], after[2] - before[2]);
  }

  private static double[] cpus(Rig rig, long pid) throws IOException {
    return new double[] {
      Processes.cpuSeconds(pid),
      Processes.cpuSeconds(rig.database.pid()),
      Processes.cpuSeconds(rig.sink.pid())
    };
  }
}
