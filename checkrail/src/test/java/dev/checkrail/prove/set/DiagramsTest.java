package dev.checkrail.prove.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DiagramsTest {
  private static final int[] SIZES = {3, 1, 5, 2, 6};

  @Test
  void everyOperationAgreesWithTheTableOfAllRequests() {
    for (long seed = 1; seed <= 150; seed++) {
      Random random = new Random(seed);
      Diagrams diagrams = new Diagrams();
      for (int size : SIZES) {
        diagrams.field(size);
      }
      List<int[]> requests = requests();
      int rules = random.nextInt(12);
      int[] guards = new int[rules];
      boolean[][] holds = new boolean[rules][requests.size()];
      int chain = diagrams.terminal(77);
      int[] expected = new int[requests.size()];
      Arrays.fill(expected, 77);
      for (int r = rules - 1; r >= 0; r--) {
        guards[r] = guard(diagrams, random, requests, holds[r]);
        chain = diagrams.ite(guards[r], diagrams.terminal(r % 5), chain);
        for (int q = 0; q < expected.length; q++) {
          expected[q] = holds[r][q] ? r % 5 : expected[q];
        }
      }
      int mapped = diagrams.map(chain, v -> v / 2);
      int sum = diagrams.apply(chain, mapped, (x, y) -> 10 * x + y);
      Diagrams.Regions regions = diagrams.regions(chain);
      int field = random.nextInt(SIZES.length);
      FieldEncoding encoding = diagrams.fields().get(field);
      int region = regions.of(2);
      assertThat(region).isEqualTo(diagrams.region(chain, v -> v == 2));
      int some = diagrams.exists(region, encoding);
      int atom = random.nextInt(SIZES[field]);
      int fixed = diagrams.restrict(chain, encoding, atom);
      int members = 0;
      for (int q = 0; q < requests.size(); q++) {
        int[] request = requests.get(q);
        String at = "seed " + seed + " " + Arrays.toString(request);
        assertThat(diagrams.leafAt(chain, request)).as(at).isEqualTo(expected[q]);
        assertThat(diagrams.leafAt(sum, request))
            .as(at)
            .isEqualTo(10 * expected[q] + expected[q] / 2);
        members += expected[q] == 2 ? 1 : 0;
        boolean any = false;
        for (int a = 0; a < SIZES[field]; a++) {
          int[] changed = request.clone();
          changed[field] = a;
          any |= diagrams.leafAt(chain, changed) == 2;
        }
        assertThat(diagrams.leafAt(some, request) == 1).as(at).isEqualTo(any);
        int[] changed = request.clone();
        changed[field] = atom;
        assertThat(diagrams.leafAt(fixed, request))
            .as(at)
            .isEqualTo(diagrams.leafAt(chain, changed));
      }
      assertThat(diagrams.leaves(chain))
          .isEqualTo(Arrays.stream(expected).sorted().distinct().toArray());
      assertThat(diagrams.count(region)).isEqualTo(BigInteger.valueOf(members));
      assertThat(diagrams.measure(region, (f, atoms) -> atoms.size() / (double) f.atoms()))
          .isCloseTo(members / (double) requests.size(), within(1e-9));
      Diagrams.Boxes boxes = diagrams.boxes(region, 10_000);
      assertThat(boxes.complete()).isTrue();
      for (int q = 0; q < requests.size(); q++) {
        int[] request = requests.get(q);
        long inside =
            boxes.boxes().stream()
                .filter(box -> {
                  for (int f = 0; f < SIZES.length; f++) {
                    if (!box.get(f).contains(request[f])) {
                      return false;
                    }
                  }
                  return true;
                })
                .count();
        assertThat(inside).isEqualTo(expected[q] == 2 ? 1 : 0);
      }
      if (region != Diagrams.FALSE) {
        List<int[]> liked = new ArrayList<>();
        for (int size : SIZES) {
          liked.add(new int[] {size - 1});
        }
        int[] picked = diagrams.pick(region, liked);
        assertThat(diagrams.leafAt(chain, picked)).isEqualTo(2);
      }
    }
  }

  @Test
  void equalFunctionsAreTheSameNode() {
    Diagrams diagrams = new Diagrams();
    FieldEncoding host = diagrams.field(5);
    FieldEncoding path = diagrams.field(100);
    int a = diagrams.in(host, AtomSet.of(1, 2));
    int b = diagrams.in(path, AtomSet.range(10, 40));
    assertThat(diagrams.not(diagrams.and(a, b)))
        .isEqualTo(diagrams.or(diagrams.not(a), diagrams.not(b)));
    assertThat(diagrams.not(diagrams.in(host, AtomSet.of(4))))
        .isEqualTo(diagrams.in(host, AtomSet.range(0, 4)));
    assertThat(diagrams.in(host, AtomSet.range(0, 5))).isEqualTo(Diagrams.TRUE);
  }

  @Test
  void moreNodesThanTheBudgetAreRefused() {
    Diagrams diagrams = new Diagrams(new Budget(200));
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                FieldEncoding field = diagrams.field(1000);
                diagrams.in(field, AtomSet.of(1, 3, 500, 700));
              }
            })
        .isInstanceOf(BudgetExceeded.class);
  }

  private static List<int[]> requests() {
    List<int[]> result = new ArrayList<>(List.of(new int[SIZES.length]));
    for (int f = 0; f < SIZES.length; f++) {
      List<int[]> more = new ArrayList<>();
      for (int[] request : result) {
        for (int a = 0; a < SIZES[f]; a++) {
          int[] next = request.clone();
          next[f] = a;
          more.add(next);
        }
      }
      result = more;
    }
    return result;
  }

  private static int guard(
      Diagrams diagrams, Random random, List<int[]> requests, boolean[] holds) {
    int set = random.nextBoolean() ? Diagrams.TRUE : Diagrams.FALSE;
    Arrays.fill(holds, set == Diagrams.TRUE);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int field = random.nextInt(SIZES.length);
      AtomSet atoms = AtomSet.of(random.ints(random.nextInt(3), 0, SIZES[field]).toArray());
      int test = diagrams.in(diagrams.fields().get(field), atoms);
      int kind = random.nextInt(3);
      set =
          switch (kind) {
            case 0 -> diagrams.and(set, test);
            case 1 -> diagrams.or(set, test);
            default -> diagrams.minus(set, test);
          };
      for (int q = 0; q < holds.length; q++) {
        boolean passes = atoms.contains(requests.get(q)[field]);
        holds[q] =
            switch (kind) {
              case 0 -> holds[q] && passes;
              case 1 -> holds[q] || passes;
              default -> holds[q] && !passes;
            };
      }
    }
    return set;
  }
}
