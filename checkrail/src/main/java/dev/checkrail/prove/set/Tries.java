package dev.checkrail.prove.set;

import java.util.Arrays;
import java.util.Collection;

/**
 * Automata of long lists of strings, in time linear in their total length.
 *
 * <p>Exact values and prefixes are a tree of letters. Suffixes and substrings are the same tree
 * with the fall-back links of Aho and Corasick resolved into transitions: the state after a text is
 * the longest end of it that begins some listed string.
 */
final class Tries {
  private final boolean ignoreCase;
  private int size = 1;
  private int[] child = new int[64];
  private int[] sibling = new int[64];
  private byte[] letter = new byte[64];

  private Tries(boolean ignoreCase) {
    this.ignoreCase = ignoreCase;
    child[0] = -1;
    sibling[0] = -1;
  }

  static Dfa exact(Collection<String> words, boolean ignoreCase) {
    Tries trie = new Tries(ignoreCase);
    boolean[] ends = trie.ends(words);
    return trie.tree(ends, false);
  }

  static Dfa prefixes(Collection<String> words, boolean ignoreCase) {
    Tries trie = new Tries(ignoreCase);
    boolean[] ends = trie.ends(words);
    return trie.tree(ends, true);
  }

  /** Texts that end with one of the words, or, if {@code sticky}, contain one. */
  static Dfa ends(Collection<String> words, boolean ignoreCase, boolean sticky) {
    Tries trie = new Tries(ignoreCase);
    boolean[] ends = trie.ends(words);
    int[] label = new int[trie.size];
    for (int s = 0; s < trie.size; s++) {
      label[s] = ends[s] ? 1 : 0;
    }
    return trie.withFallBack(label, (own, inherited) -> own | inherited, sticky);
  }

  interface Merge {
    int of(int own, int inherited);
  }

  /** For each word its own label: {@code merge} joins it with what shorter suffixes say. */
  static Dfa labelledSuffixes(
      String[] words, boolean ignoreCase, int[] wordLabel, Merge same, Merge merge) {
    Tries trie = new Tries(ignoreCase);
    int[] nodes = new int[words.length];
    for (int w = 0; w < words.length; w++) {
      nodes[w] = trie.insert(words[w]);
    }
    int[] label = new int[trie.size];
    for (int w = 0; w < words.length; w++) {
      label[nodes[w]] = same.of(label[nodes[w]], wordLabel[w]);
    }
    return trie.withFallBack(label, merge, false);
  }

  private boolean[] ends(Collection<String> words) {
    int[] nodes = new int[words.size()];
    int i = 0;
    for (String word : words) {
      nodes[i++] = insert(word);
    }
    boolean[] ends = new boolean[size];
    for (int node : nodes) {
      ends[node] = true;
    }
    return ends;
  }

  private int insert(String word) {
    int node = 0;
    for (int i = 0; i < word.length(); i++) {
      int b = ByteSet.requireByte(word.charAt(i));
      if (ignoreCase && b >= 'A' && b <= 'Z') {
        b |= 0x20;
      }
      int previous = -1;
      int next = child[node];
      while (next >= 0 && (letter[next] & 0xff) < b) {
        previous = next;
        next = sibling[next];
      }
      if (next < 0 || (letter[next] & 0xff) != b) {
        int fresh = fresh(b);
        sibling[fresh] = next;
        if (previous < 0) {
          child[node] = fresh;
        } else {
          sibling[previous] = fresh;
        }
        next = fresh;
      }
      node = next;
    }
    return node;
  }

  private int fresh(int b) {
    if (size == child.length) {
      child = Arrays.copyOf(child, 2 * size);
      sibling = Arrays.copyOf(sibling, 2 * size);
      letter = Arrays.copyOf(letter, 2 * size);
    }
    child[size] = -1;
    letter[size] = (byte) b;
    return size++;
  }

  private Dfa tree(boolean[] ends, boolean prefixes) {
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    int[] targets = new int[256];
    for (int s = 0; s < size; s++) {
      if (ends[s] && prefixes) {
        row.all(s);
      } else if (child[s] >= 0 && (ignoreCase || sibling[child[s]] >= 0)) {
        Arrays.fill(targets, Dfa.DEAD);
        overlay(s, targets);
        row.clear();
        for (int b = 0; b < 256; b++) {
          row.add(b, targets[b]);
        }
      } else {
        row.all(Dfa.DEAD);
        if (child[s] >= 0) {
          int b = letter[child[s]] & 0xff;
          row.add(b, child[s]);
          if (b < 255) {
            row.add(b + 1, Dfa.DEAD);
          }
        }
      }
      out.add(ends[s] ? 1 : 0, row);
    }
    return Minimize.trim(out.build());
  }

  private void overlay(int node, int[] targets) {
    for (int c = child[node]; c >= 0; c = sibling[c]) {
      int b = letter[c] & 0xff;
      targets[b] = c;
      if (ignoreCase) {
        targets[ByteSet.swapCase(b)] = c;
      }
    }
  }

  private Dfa withFallBack(int[] label, Merge merge, boolean sticky) {
    // Breadth first, so that the row of the fall-back state is ready when a state needs it.
    int[] order = new int[size];
    int[] place = new int[size];
    int[] fall = new int[size];
    int count = 1;
    Dfa.Builder out = new Dfa.Builder();
    Row row = new Row();
    int[] targets = new int[256];
    int[][] lows = new int[size][];
    int[][] goes = new int[size][];
    for (int i = 0; i < count; i++) {
      int s = order[i];
      if (i > 0) {
        label[s] = merge.of(label[s], label[fall[s]]);
      }
      if (i == 0) {
        Arrays.fill(targets, 0);
      } else {
        int f = fall[s];
        for (int k = 0; k < lows[f].length; k++) {
          int to = k + 1 < lows[f].length ? lows[f][k + 1] : 256;
          Arrays.fill(targets, lows[f][k], to, goes[f][k]);
        }
      }
      for (int c = child[s]; c >= 0; c = sibling[c]) {
        fall[c] = i == 0 ? 0 : targets[letter[c] & 0xff];
        place[c] = count;
        order[count++] = c;
      }
      overlay(s, targets);
      row.clear();
      for (int b = 0; b < 256; b++) {
        row.add(b, targets[b]);
      }
      lows[s] = Arrays.copyOf(row.low, row.size);
      goes[s] = Arrays.copyOf(row.target, row.size);
    }
    for (int i = 0; i < size; i++) {
      int s = order[i];
      row.clear();
      if (sticky && label[s] != 0) {
        row.add(0, i);
      } else {
        for (int k = 0; k < lows[s].length; k++) {
          row.add(lows[s][k], place[goes[s][k]]);
        }
      }
      out.add(label[s], row);
    }
    return sticky ? Minimize.trim(out.build()) : out.build();
  }
}
