package dev.checkrail.watch.traffic;

import java.util.Arrays;

/**
 * How many different keys there were, without keeping them: exact up to {@value #EXACT}, then
 * HyperLogLog (Flajolet et al. 2007) with {@value #REGISTERS} registers of hashes of 64 bits, whose
 * standard error is 2.3 %. Two of them can be united. At most 2 kB. Confined.
 */
final class Distinct {
  static final int EXACT = 128;
  static final int REGISTERS = 2_048;
  private static final int BITS = 11;

  private long[] hashes = new long[4];
  private int size;
  private byte[] registers = new byte[0];

  /** Counts a key, given as its {@link #hash}. */
  void add(long hash) {
    if (registers.length > 0) {
      register(hash);
      return;
    }
    int at = Arrays.binarySearch(hashes, 0, size, hash);
    if (at >= 0) {
      return;
    }
    if (size == EXACT) {
      condense();
      register(hash);
      return;
    }
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * size);
    }
    int place = -at - 1;
    System.arraycopy(hashes, place, hashes, place + 1, size - place);
    hashes[place] = hash;
    size++;
  }

  /** Counts all keys of another one. */
  void add(Distinct other) {
    if (other.registers.length == 0) {
      for (int i = 0; i < other.size; i++) {
        add(other.hashes[i]);
      }
      return;
    }
    condense();
    for (int i = 0; i < REGISTERS; i++) {
      registers[i] = (byte) Math.max(registers[i], other.registers[i]);
    }
  }

  /** An estimate of the number of different keys. */
  long count() {
    if (registers.length == 0) {
      return size;
    }
    double sum = 0;
    int empty = 0;
    for (byte register : registers) {
      sum += 1.0 / (1L << register);
      empty += register == 0 ? 1 : 0;
    }
    double estimate = 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS * REGISTERS / sum;
    // While many registers are empty, counting those is more exact.
    return Math.round(
        estimate <= 2.5 * REGISTERS && empty > 0
            ? REGISTERS * Math.log((double) REGISTERS / empty)
            : estimate);
  }

  private void condense() {
    if (registers.length == 0) {
      registers = new byte[REGISTERS];
      for (int i = 0; i < size; i++) {
        register(hashes[i]);
      }
      hashes = new long[0];
      size = 0;
    }
  }

  private void register(long hash) {
    int index = (int) (hash >>> 64 - BITS);
    int rank = Math.min(Long.numberOfLeadingZeros(hash << BITS) + 1, 64 - BITS + 1);
    registers[index] = (byte) Math.max(registers[index], rank);
  }

  /** 64 bits of a key, all of them well mixed. */
  static long hash(CharSequence key) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
    }
    // The last step of MurmurHash3: FNV alone leaves the upper bits poor.
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    return hash ^ hash >>> 33;
  }
}
