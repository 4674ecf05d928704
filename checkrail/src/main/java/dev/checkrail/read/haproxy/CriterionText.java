package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;

/**
 * What an ACL tests (manual 7.1): {@code path_beg -i /api /v1}, {@code req.hdr(host),lower -m end
 * .example.com}.
 *
 * @param keyword the ACL keyword or fetch as written, {@code path_beg}
 * @param sample the sample that is taken: the keyword's fetch ({@code path}), arguments and
 *     converters
 * @param match the match method in force: that of the last {@code -m}, else the keyword's own, else
 *     the default of the sample's type
 * @param ignoreCase {@code -i}
 * @param noResolve {@code -n}: no DNS look-ups for addresses
 * @param forceMap {@code -M}: files hold key and value
 * @param uniqueId {@code -u}
 * @param files {@code -f}, in order
 * @param patterns the words after the flags, operators such as {@code ge} included, in order
 * @param span the whole criterion
 */
public record CriterionText(
    String keyword,
    SampleText sample,
    Match match,
    boolean ignoreCase,
    boolean noResolve,
    boolean forceMap,
    Optional<Word> uniqueId,
    List<Word> files,
    List<Word> patterns,
    Span span) {
  public CriterionText {
    files = List.copyOf(files);
    patterns = List.copyOf(patterns);
  }

  /** The match methods of {@code -m} (manual 7.1). */
  public enum Match {
    FOUND("found"),
    BOOL("bool"),
    INT("int"),
    IP("ip"),
    BIN("bin"),
    LEN("len"),
    STR("str"),
    SUB("sub"),
    REG("reg"),
    BEG("beg"),
    END("end"),
    DIR("dir"),
    DOM("dom");

    private final String word;

    Match(String word) {
      this.word = word;
    }

    /** The word after {@code -m}. */
    public String word() {
      return word;
    }

    /** The method of a word after {@code -m}, if there is one. */
    public static Optional<Match> of(String word) {
      for (Match match : values()) {
        if (match.word.equals(word)) {
          return Optional.of(match);
        }
      }
      return Optional.empty();
    }
  }
}
