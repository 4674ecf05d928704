package dev.checkrail.prove.set;

/**
 * How the atoms of one field are written in boolean variables: as a binary number, highest bit
 * first, in consecutive variables.
 *
 * <p>A field with m atoms takes ceil(log2 m) variables, so some codes have no atom of their own.
 * They are aliases of the last atom: every diagram made by {@link Diagrams#in} treats them like it.
 * So negation stays exact and no "valid codes only" constraint has to be carried through each
 * operation. Highest bit first, together with atoms numbered in trie order, makes a prefix test a
 * diagram of at most two nodes per bit.
 *
 * @param number the place of the field in its {@link Diagrams}, 0, 1, 2 …
 * @param first its first variable
 * @param bits how many variables it has; 0 if there is only one atom
 * @param atoms how many atoms it has, at least 1
 */
public record FieldEncoding(int number, int first, int bits, int atoms) {
  public FieldEncoding {
    if (atoms < 1 || atoms > 1 << 30) {
      throw new IllegalArgumentException("a field has 1 to 2^30 atoms, not " + atoms);
    }
  }

  static int bitsFor(int atoms) {
    return 32 - Integer.numberOfLeadingZeros(atoms - 1);
  }

  /** The first variable after this field. */
  public int past() {
    return first + bits;
  }

  /** The atom that a code stands for. */
  public int decode(int code) {
    return Math.min(code, atoms - 1);
  }
}
