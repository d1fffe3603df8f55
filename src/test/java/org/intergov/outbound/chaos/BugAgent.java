package org.intergov.outbound.chaos;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.ProtectionDomain;
import java.sql.Connection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.intergov.outbound.acceptance.AgentJar;

/**
 * Puts one deliberate bug into a gateway while its classes are loaded, so that the suite can be
 * seen to find it. Nothing of this is in the product.
 */
public final class BugAgent implements ClassFileTransformer {
  private static final String ROOT = "org/intergov/outbound/";

  /** Bug to where it sits, what is there, and what is to be there instead. */
  private static final Map<String, List<Words>> SQL =
      Map.of(
          "settle-without-token",
          List.of(
              new Words(
                  "store/",
                  "o.lock_token = u.token",
                  "o.lock_token IS NOT DISTINCT FROM o.lock_token")),
          "claim-without-lease",
          List.of(
              new Words(
                  "store/",
                  "SET status = 'sending', updated_at",
                  "SET status = 'pending', updated_at")),
          "rejection-lost",
          List.of(
              new Words(
                  "store/RejectedMessages", "?::text[])\n", "?::text[]) r WHERE random() < 0.7\n")),
          "cursor-skips",
          List.of(
              new Words(
                  "store/views/MessageViews", "l.message_id > ? AND", "l.message_id > ? + 1 AND")));

  /** Bug to the methods that it sits in. */
  private static final Map<String, Set<String>> METHODS =
      Map.of(
          "failover-on-unknown",
          Set.of("delivery/Delivery.unknowns"),
          "answer-of-another",
          Set.of("delivery/Outcome$Posted.<init>"),
          "settle-before-post",
          Set.of("flow/MultichannelRouter.post"),
          "update-without-seq",
          Set.of("store/LakeConnections.getConnection"),
          "edit-drops-lane",
          Set.of("flow/ChannelLane.follow", "flow/ChannelLane.freeSlots"));

  private final String bug;
  private final Set<String> applied = new HashSet<>();

  private record Words(String in, String there, String instead) {}

  BugAgent(String bug) {
    this.bug = bug;
  }

  /**
   * Where the bug has to be, method by method; those that change words are in any that has them.
   */
  static Set<String> methods(String bug) {
    return METHODS.getOrDefault(bug, Set.of());
  }

  /** Where it has been put: classes, and methods. */
  Set<String> applied() {
    return applied;
  }

  /** What a gateway says when the bug is in it. */
  static String said(String bug) {
    return "bug " + bug + " is in ";
  }

  /** Every name that {@code chaos.bug} may have, to what it does. */
  static Map<String, String> names() {
    Map<String, String> names = new TreeMap<>();
    names.put(
        "settle-without-token",
        "an outcome is written without asking whether the claim still holds");
    names.put(
        "settle-before-post",
        "some deliveries are journaled as posted before the channel has been asked");
    names.put(
        "failover-on-unknown",
        "an unknown outcome is forgotten, so the message may go to another channel");
    names.put(
        "update-without-seq", "an update of the lake is applied although a newer one has been");
    names.put("rejection-lost", "some rejections never reach the rejected-message processor");
    names.put("claim-without-lease", "a claim leaves the row as one that others may claim");
    names.put("answer-of-another", "some deliveries get the id of the one before");
    names.put("edit-drops-lane", "an edit of the table leaves a lane that sends no more");
    names.put("cursor-skips", "a page of messages begins one too late");
    return names;
  }

  /** The option of a JVM that has the bug; it must have no class archive. */
  static String option(String bug) {
    return "-javaagent:" + AgentJar.of(BugAgent.class) + "=" + bug;
  }

  public static void premain(String bug, Instrumentation jvm) {
    jvm.addTransformer(new BugAgent(bug));
  }

  @Override
  public byte[] transform(
      ClassLoader loader, String name, Class<?> before, ProtectionDomain domain, byte[] code) {
    if (name == null || !name.startsWith(ROOT) || name.startsWith(ROOT + "chaos/")) {
      return null;
    }
    try {
      ClassReader reader = new ClassReader(code);
      ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
      reader.accept(new Breaking(writer, name.substring(ROOT.length())), 0);
      boolean broken = applied.contains(name.substring(ROOT.length()));
      if (broken) {
        System.out.println(said(bug) + name);
      }
      return broken ? writer.toByteArray() : null;
    } catch (RuntimeException e) {
      e.printStackTrace();
      return null;
    }
  }

  private final class Breaking extends ClassVisitor {
    private final String name;

    Breaking(ClassVisitor next, String name) {
      super(Opcodes.ASM9, next);
      this.name = name;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String method, String type, String signature, String[] thrown) {
      MethodVisitor next = super.visitMethod(access, method, type, signature, thrown);
      return SQL.containsKey(bug) ? words(next) : code(next, method, type);
    }

    private MethodVisitor words(MethodVisitor next) {
      return new MethodVisitor(Opcodes.ASM9, next) {
        @Override
        public void visitLdcInsn(Object value) {
          Object now = value;
          for (Words w : SQL.get(bug)) {
            if (value instanceof String text
                && name.startsWith(w.in())
                && text.contains(w.there())) {
              now = text.replace(w.there(), w.instead());
              applied.add(name);
            }
          }
          super.visitLdcInsn(now);
        }
      };
    }

    private MethodVisitor code(MethodVisitor next, String method, String type) {
      String hook = "org/intergov/outbound/chaos/BugAgent";
      String at = name + "." + method;
      if (!methods(bug).contains(at)) {
        return next;
      }
      applied.add(name);
      applied.add(at);
      return new MethodVisitor(Opcodes.ASM9, next) {
        @Override
        public void visitCode() {
          super.visitCode();
          switch (at) {
            case "flow/MultichannelRouter.post" -> {
              visitVarInsn(Opcodes.ALOAD, 0);
              visitVarInsn(Opcodes.ALOAD, 2);
              visitMethodInsn(
                  Opcodes.INVOKESTATIC,
                  hook,
                  "settleEarly",
                  "(Ljava/lang/Object;Ljava/lang/Object;)V",
                  false);
            }
            case "flow/ChannelLane.follow" -> {
              visitVarInsn(Opcodes.ALOAD, 0);
              visitMethodInsn(Opcodes.INVOKESTATIC, hook, "drop", "(Ljava/lang/Object;)V", false);
            }
            case "delivery/Outcome$Posted.<init>" -> {
              visitVarInsn(Opcodes.ALOAD, 1);
              visitMethodInsn(
                  Opcodes.INVOKESTATIC,
                  hook,
                  "another",
                  "(Ljava/lang/String;)Ljava/lang/String;",
                  false);
              visitVarInsn(Opcodes.ASTORE, 1);
            }
            default -> {}
          }
        }

        @Override
        public void visitInsn(int instruction) {
          if (instruction == Opcodes.IRETURN && at.equals("delivery/Delivery.unknowns")) {
            super.visitInsn(Opcodes.POP);
            super.visitInsn(Opcodes.ICONST_0);
          } else if (instruction == Opcodes.IRETURN && at.equals("flow/ChannelLane.freeSlots")) {
            super.visitVarInsn(Opcodes.ALOAD, 0);
            super.visitMethodInsn(
                Opcodes.INVOKESTATIC, hook, "slots", "(ILjava/lang/Object;)I", false);
          } else if (instruction == Opcodes.ARETURN
              && at.equals("store/LakeConnections.getConnection")) {
            super.visitMethodInsn(
                Opcodes.INVOKESTATIC,
                hook,
                "withoutSeq",
                "(Ljava/sql/Connection;)Ljava/sql/Connection;",
                false);
          }
          super.visitInsn(instruction);
        }
      };
    }
  }

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final AtomicReference<String> LAST = new AtomicReference<>();
  private static final Set<Object> DROPPED = ConcurrentHashMap.newKeySet();

  /** Called by the broken gateway: every thirtieth id is that of the delivery before. */
  public static String another(String id) {
    String before = LAST.getAndSet(id);
    return before != null && CALLS.incrementAndGet() % 30 == 0 ? before : id;
  }

  /** Called by the broken gateway: every thirtieth delivery is settled before it is posted. */
  public static void settleEarly(Object router, Object next) {
    if (CALLS.incrementAndGet() % 30 != 0) {
      return;
    }
    try {
      ClassLoader loader = router.getClass().getClassLoader();
      Class<?> posted = loader.loadClass("org.intergov.outbound.delivery.Outcome$Posted");
      Constructor<?> made = posted.getDeclaredConstructor(String.class, boolean.class);
      made.setAccessible(true);
      Object outcome = made.newInstance("early-" + CALLS.get(), false);
      Object delivery = call(next, "delivery");
      Object channel = call(next, "claimedFor");
      for (Method m : router.getClass().getDeclaredMethods()) {
        if (m.getName().equals("settle") && m.getParameterCount() == 3) {
          m.setAccessible(true);
          m.invoke(router, delivery, outcome, channel);
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Called by the broken gateway: the statement of a route does not ask whether it is newer. */
  public static Connection withoutSeq(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            BugAgent.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareStatement")) {
                arguments[0] =
                    ((String) arguments[0])
                        .replaceAll("(l\\.applied_seq) < ([nf]\\.seq)", "$1 <> $2");
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Object call(Object on, String method) throws ReflectiveOperationException {
    Method m = on.getClass().getDeclaredMethod(method);
    m.setAccessible(true);
    return m.invoke(on);
  }

  /** Called by the broken gateway: the first lane that follows an edit. */
  public static void drop(Object lane) {
    if (DROPPED.isEmpty()) {
      DROPPED.add(lane);
    }
  }

  public static int slots(int free, Object lane) {
    return DROPPED.contains(lane) ? 0 : free;
  }
}
