package dev.checkrail.balancer.haproxy;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Listener;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which of the addresses that only new files bind can't be bound right now: tried by binding them
 * for a moment without listening, so that no connection ever comes in. That this user may not do it
 * says nothing of HAProxy's.
 */
final class Unbindable {
  /** A range of ports is a listener each. */
  private static final int MOST = 200;

  private Unbindable() {}

  /** A sentence each. */
  static List<String> of(Configuration before, Configuration after) {
    Set<String> bound = listeners(before).keySet();
    List<String> trouble = new ArrayList<>();
    listeners(after).entrySet().stream()
        .filter(one -> !bound.contains(one.getKey()))
        .limit(MOST)
        .forEach(one -> {
          String why = tried(one.getValue());
          if (!why.isEmpty()) {
            trouble.add(one.getKey() + " can't be bound: " + why);
          }
        });
    return trouble;
  }

  private static Map<String, Listener> listeners(Configuration configuration) {
    return configuration.frontends().stream()
        .flatMap(frontend -> frontend.listeners().stream())
        .collect(
            Collectors.toMap(Listener::key, it -> it, (one, other) -> one, LinkedHashMap::new));
  }

  private static String tried(Listener listener) {
    boolean elsewhere =
        listener.options().stream()
            .anyMatch(it -> it.name().equals("interface") || it.name().equals("namespace"));
    if (elsewhere) {
      return "";
    }
    if (listener.port() == 0) {
      Path folder = Path.of(listener.address()).getParent();
      return folder != null && folder.isAbsolute() && !Files.isDirectory(folder)
          ? "there is no folder " + folder
          : "";
    }
    try (Socket socket = new Socket()) {
      String address = listener.address().equals("*") ? "0.0.0.0" : listener.address();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), listener.port()));
      return "";
    } catch (BindException e) {
      String why = String.valueOf(e.getMessage());
      return why.contains("in use")
          ? "somebody else listens there (see 'ss -ltnp')"
          : why.contains("assign") ? "this machine has no such address" : "";
    } catch (SocketException e) {
      return ""; // we may not; HAProxy may
    } catch (IOException | IllegalArgumentException e) {
      return "";
    }
  }
}
