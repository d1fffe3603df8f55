package org.intergov.outbound.chaos;

import java.util.List;

/** Something that must hold, whatever happens. */
interface Rule {
  /** One word or a few with hyphens. */
  String name();

  /** What it demands, for people. */
  String sentence();

  /** How this message breaks it, a sentence each; nothing if it does not. */
  List<String> judge(Story story, World world);

  static Rule of(String name, String sentence, Judge judge) {
    return new Rule() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String sentence() {
        return sentence;
      }

      @Override
      public List<String> judge(Story story, World world) {
        return judge.of(story, world);
      }
    };
  }

  /** How a message breaks a rule. */
  interface Judge {
    List<String> of(Story story, World world);
  }
}
