package org.intergov.outbound.acceptance;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.charset.StandardCharsets;
import java.security.ProtectionDomain;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * Moves the wall clock of a JVM, by adding to what it says wherever it is asked: after each call of
 * {@code System.currentTimeMillis()}, and where {@code java.time} makes its {@code Instant} of now.
 * {@code System.nanoTime()} stays, and so do the server and its {@code now()}. The clock of a real
 * machine cannot be moved by a test, and the JVM offers no way.
 */
public final class MovedClockAgent implements ClassFileTransformer {
  private final long millis;

  private MovedClockAgent(long millis) {
    this.millis = millis;
  }

  /** The option of a JVM whose clock is so far ahead. */
  static String option(Duration ahead) {
    return "-javaagent:" + AgentJar.of(MovedClockAgent.class) + "=" + ahead.toMillis();
  }

  /** Called by the JVM, before anything of the gateway. */
  public static void premain(String millis, Instrumentation jvm) throws UnmodifiableClassException {
    jvm.addTransformer(new MovedClockAgent(Long.parseLong(millis)), true);
    // these were loaded before; all others come through here when they are
    jvm.retransformClasses(
        Clock.class, Clock.systemUTC().getClass(), InstantSource.system().getClass(), Date.class);
  }

  @Override
  public byte[] transform(
      ClassLoader loader, String name, Class<?> before, ProtectionDomain domain, byte[] code) {
    // a thread is parked until a moment by the clock that has not moved
    if (name != null && name.startsWith("java/util/concurrent/")
        || !new String(code, StandardCharsets.ISO_8859_1).contains("currentTimeMillis")) {
      return null;
    }
    ClassReader reader = new ClassReader(code);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(new Moving(writer), 0);
    return writer.toByteArray();
  }

  private final class Moving extends ClassVisitor {
    Moving(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String type, String signature, String[] thrown) {
      // Clock.currentInstant() asks the JVM itself, in nanoseconds
      boolean makesInstant = name.equals("currentInstant");
      return new MethodVisitor(
          Opcodes.ASM9, super.visitMethod(access, name, type, signature, thrown)) {
        @Override
        public void visitMethodInsn(
            int call, String owner, String callee, String calleeType, boolean ofInterface) {
          super.visitMethodInsn(call, owner, callee, calleeType, ofInterface);
          if (owner.equals("java/lang/System") && callee.equals("currentTimeMillis")) {
            visitLdcInsn(millis);
            visitInsn(Opcodes.LADD);
          }
        }

        @Override
        public void visitInsn(int instruction) {
          if (makesInstant && instruction == Opcodes.ARETURN) {
            visitLdcInsn(millis);
            String instant = "java/time/Instant";
            super.visitMethodInsn(
                Opcodes.INVOKEVIRTUAL, instant, "plusMillis", "(J)L" + instant + ";", false);
          }
          super.visitInsn(instruction);
        }
      };
    }
  }
}
