package dev.checkrail.store.backup;

import dev.checkrail.store.backup.Manifest.Piece;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** A backup as a file, to be read: a ZIP of exactly the parts that its manifest names. */
public final class Archive implements AutoCloseable {
  private static final int LARGEST_MANIFEST = 64 << 20;

  private final Path file;
  private final ZipFile zip;
  private final Manifest manifest;

  private Archive(Path file, ZipFile zip, Manifest manifest) {
    this.file = file;
    this.zip = zip;
    this.manifest = manifest;
  }

  /**
   * Opens one and holds each part against its digest; what it says from then on was whole.
   *
   * @throws IOException with a sentence for people that names the file
   */
  public static Archive open(Path file) throws IOException {
    ZipFile zip = zip(file);
    try {
      Archive archive = new Archive(file, zip, manifest(zip));
      archive.verify();
      return archive;
    } catch (ZipException e) {
      zip.close();
      throw unusable(file, "it is damaged", e);
    } catch (IOException e) {
      zip.close();
      throw unusable(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static ZipFile zip(Path file) throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw unusable(file, "it is a folder", null);
      }
      return new ZipFile(file.toFile());
    } catch (NoSuchFileException | FileNotFoundException e) {
      String why = Files.exists(file) ? "it can't be read" : "there is no such file";
      throw unusable(file, why, e);
    } catch (AccessDeniedException e) {
      throw unusable(file, "it can't be read: permission denied", e);
    } catch (ZipException e) {
      throw unusable(file, "it is cut off, or no backup at all", e);
    }
  }

  private static IOException unusable(Path file, String why, @Nullable Throwable cause) {
    return new IOException("the backup " + file + " can't be used: " + why, cause);
  }

  private static Manifest manifest(ZipFile zip) throws IOException {
    @Nullable ZipEntry entry = zip.getEntry(Manifest.NAME);
    if (entry == null) {
      throw new IOException("it has no manifest: it is no backup of Checkrail");
    }
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] text = in.readNBytes(LARGEST_MANIFEST + 1);
      if (text.length > LARGEST_MANIFEST) {
        throw new IOException("its manifest is too large");
      }
      return Manifest.read(text);
    }
  }

  private void verify() throws IOException {
    Set<String> expected = manifest.names();
    Set<String> seen = new HashSet<>();
    for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
      String name = all.nextElement().getName();
      if (!expected.contains(name) || !seen.add(name)) {
        throw new IOException("it holds something that its manifest does not name");
      }
    }
    for (Manifest.Table table : manifest.tables()) {
      copy(Manifest.ofTable(table.piece()), table.piece(), OutputStream.nullOutputStream());
    }
    for (Piece piece : manifest.files()) {
      copy(Manifest.ofFile(piece), piece, OutputStream.nullOutputStream());
    }
    for (Piece piece : manifest.sealed()) {
      copy(Manifest.ofSealed(piece), piece, OutputStream.nullOutputStream());
    }
  }

  public Manifest manifest() {
    return manifest;
  }

  /** Copies a part, of which no more than it should have is read. */
  void copy(String name, Piece piece, OutputStream to) throws IOException {
    MessageDigest digest = sha256();
    long left = piece.bytes();
    byte[] some = new byte[1 << 16];
    try (InputStream in = stream(name)) {
      while (true) {
        int count = in.read(some);
        if (count < 0) {
          break;
        }
        left -= count;
        if (left < 0) {
          break;
        }
        digest.update(some, 0, count);
        to.write(some, 0, count);
      }
    }
    if (left != 0 || !HexFormat.of().formatHex(digest.digest()).equals(piece.sha256())) {
      throw new IOException(name + " is not what was backed up");
    }
  }

  /** A part, to be read by somebody. */
  InputStream stream(String name) throws IOException {
    @Nullable ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("it lacks " + name);
    }
    return zip.getInputStream(entry);
  }

  /** What is said when it can't be put back. */
  IOException unusable(String why, Throwable cause) {
    return unusable(file, why, cause);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
