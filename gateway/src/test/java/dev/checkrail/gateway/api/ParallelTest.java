package dev.checkrail.gateway.api;

import static dev.checkrail.gateway.World.fresh;
import static dev.checkrail.gateway.World.sale;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.World;
import dev.checkrail.gateway.World.Said;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParallelTest {
  @TempDir Path folder;

  @Test
  void aThousandIdenticalCreatesOverTwoInstancesAreOneCharge() throws Exception {
    try (World world = new World(folder)) {
      Gateway one = world.serve();
      Gateway two = world.serve();
      String key = fresh();
      List<Future<Said>> all = new ArrayList<>();
      try (var users = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 1000; i++) {
          Gateway to = i % 2 == 0 ? one : two;
          all.add(users.submit(() -> untilFinal(world, to, key)));
        }
      }
      List<String> bodies = new ArrayList<>();
      for (Future<Said> said : all) {
        assertThat(said.get().status()).as(said.get().body()).isEqualTo(201);
        bodies.add(said.get().body());
      }
      assertThat(Set.copyOf(bodies)).hasSize(1);
      assertThat(world.charged()).isEqualTo(4242);
      assertThat(world.books("acq-a")).hasSize(1);
    }
  }

  private static Said untilFinal(World world, Gateway to, String key) {
    Set<Integer> notFinal = Set.of(202, 409, 429, 503);
    while (true) {
      Said said = world.post(to, "/v1/payments", key, sale(4242));
      if (!notFinal.contains(said.status())) {
        return said;
      }
      java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
    }
  }

  @Test
  void parallelCapturesNeverTakeMoreThanWasHeld() throws Exception {
    try (World world = new World(folder)) {
      Gateway one = world.serve();
      Gateway two = world.serve();
      String id = world.create(one, World.hold(1000)).text("id");
      List<Future<Said>> all = new ArrayList<>();
      try (var users = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 20; i++) {
          Gateway to = i % 2 == 0 ? one : two;
          all.add(
              users.submit(() ->
                  world.post(to, "/v1/payments/" + id + "/capture", fresh(), "{\"amount\":300}")));
        }
      }
      int done = 0;
      for (Future<Said> said : all) {
        done += said.get().status() == 200 ? 1 : 0;
        assertThat(said.get().status()).isIn(200, 400, 409, 503);
      }
      assertThat(done).isEqualTo(3);
      assertThat(world.charged()).isEqualTo(900);
    }
  }
}
