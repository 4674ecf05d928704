package dev.checkrail.prove.set;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The very library that HAProxy matches with, called directly: the judge over {@link Pattern}. It
 * comes with the HAProxy package.
 */
final class Pcre2 {
  private static final int CASELESS = 0x8;
  private static final int NO_AUTO_CAPTURE = 0x2000;

  private final MethodHandle compile;
  private final MethodHandle createData;
  private final MethodHandle match;
  private final MethodHandle ovector;
  private final MethodHandle freeData;
  private final MethodHandle freeCode;

  private Pcre2(SymbolLookup library) {
    Linker linker = Linker.nativeLinker();
    var pointer = ValueLayout.ADDRESS;
    var integer = ValueLayout.JAVA_INT;
    var size = ValueLayout.JAVA_LONG;
    compile =
        linker.downcallHandle(
            library.find("pcre2_compile_8").orElseThrow(),
            FunctionDescriptor.of(pointer, pointer, size, integer, pointer, pointer, pointer));
    createData =
        linker.downcallHandle(
            library.find("pcre2_match_data_create_from_pattern_8").orElseThrow(),
            FunctionDescriptor.of(pointer, pointer, pointer));
    match =
        linker.downcallHandle(
            library.find("pcre2_match_8").orElseThrow(),
            FunctionDescriptor.of(
                integer, pointer, pointer, size, size, integer, pointer, pointer));
    ovector =
        linker.downcallHandle(
            library.find("pcre2_get_ovector_pointer_8").orElseThrow(),
            FunctionDescriptor.of(pointer, pointer));
    freeData =
        linker.downcallHandle(
            library.find("pcre2_match_data_free_8").orElseThrow(),
            FunctionDescriptor.ofVoid(pointer));
    freeCode =
        linker.downcallHandle(
            library.find("pcre2_code_free_8").orElseThrow(), FunctionDescriptor.ofVoid(pointer));
  }

  static Optional<Pcre2> ifPresent() {
    try {
      return Optional.of(new Pcre2(SymbolLookup.libraryLookup("libpcre2-8.so.0", Arena.global())));
    } catch (IllegalArgumentException absent) {
      return Optional.empty();
    }
  }

  /** A compiled expression; empty if PCRE2 refuses it. */
  Optional<Code> compile(String regex, boolean ignoreCase, boolean captures) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = bytes(arena, regex);
      MemorySegment error = arena.allocate(16);
      MemorySegment code =
          (MemorySegment)
              compile.invokeExact(
                  text,
                  (long) regex.length(),
                  (ignoreCase ? CASELESS : 0) | (captures ? 0 : NO_AUTO_CAPTURE),
                  error,
                  error.asSlice(8),
                  MemorySegment.NULL);
      return code.equals(MemorySegment.NULL) ? Optional.empty() : Optional.of(new Code(code));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static MemorySegment bytes(Arena arena, String text) {
    byte[] raw = text.getBytes(StandardCharsets.ISO_8859_1);
    MemorySegment segment = arena.allocate(raw.length + 1L);
    MemorySegment.copy(raw, 0, segment, ValueLayout.JAVA_BYTE, 0, raw.length);
    return segment;
  }

  final class Code implements AutoCloseable {
    private final MemorySegment code;

    Code(MemorySegment code) {
      this.code = code;
    }

    boolean finds(String subject) {
      return groups(subject).isPresent();
    }

    /** Starts and ends of the groups, -1 if unset; empty if not found. */
    Optional<long[]> groups(String subject) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment data = (MemorySegment) createData.invokeExact(code, MemorySegment.NULL);
        int result =
            (int)
                match.invokeExact(
                    code,
                    bytes(arena, subject),
                    (long) subject.length(),
                    0L,
                    0,
                    data,
                    MemorySegment.NULL);
        Optional<long[]> found = Optional.empty();
        if (result > 0) {
          MemorySegment vector = (MemorySegment) ovector.invokeExact(data);
          found = Optional.of(vector.reinterpret(16L * result).toArray(ValueLayout.JAVA_LONG));
        } else if (result != -1) {
          throw new IllegalStateException("pcre2_match: " + result);
        }
        freeData.invokeExact(data);
        return found;
      } catch (RuntimeException e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      try {
        freeCode.invokeExact(code);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
