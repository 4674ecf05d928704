package dev.checkrail.scenarios.bench;

/** What a run is worth. */
enum Score {
  /** The true cause first, and it stayed; or rightly nothing. */
  RIGHT,
  /** The true causes among the first two. */
  AMONG_TWO,
  /** Nothing was said although something should have been. */
  NO_ANSWER,
  /** Something else was said, or somebody was woken who should sleep. */
  WRONG;

  static Score of(Row row) {
    return switch (row.truth().wanted()) {
      case CAUSE -> named(row);
      case TICKET ->
          row.pages() > 0
              ? WRONG
              : row.ranking().isEmpty() || row.rank().orElse(9) == 1
                  ? RIGHT
                  : row.rank().orElse(9) == 2 ? AMONG_TWO : WRONG;
      case NOTHING -> row.pages() > 0 || row.urgent() ? WRONG : RIGHT;
    };
  }

  private static Score named(Row row) {
    if (row.ranking().isEmpty()) {
      return NO_ANSWER;
    }
    int rank = row.rank().orElse(9);
    return rank == 1 && row.stayed() ? RIGHT : rank <= 2 ? AMONG_TWO : WRONG;
  }

  /** Whether something was named, as a matter for a ticket, though nothing was wrong. */
  static boolean namedForNothing(Row row) {
    return row.truth().wanted() == Truth.Wanted.NOTHING && !row.ranking().isEmpty();
  }

  /** Whether all that has to be among the first two is there. */
  static boolean firstTwo(Row row) {
    Score score = of(row);
    if (row.truth().wanted() != Truth.Wanted.CAUSE || row.truth().both().isEmpty()) {
      return score == RIGHT || score == AMONG_TWO;
    }
    return row.ranking().stream()
        .limit(2)
        .map(Row.Named::cause)
        .toList()
        .containsAll(row.truth().both());
  }

  /** Whether blaming the last change would have been right. */
  static boolean lastChangeIsRight(Row row) {
    return row.truth().wanted() == Truth.Wanted.CAUSE
        ? row.truth().first().contains(row.lastChange())
        : row.lastChange().equals("none") || row.truth().first().contains(row.lastChange());
  }

  /** Whether taking the first alert at its word would have been right. */
  static boolean firstAlertIsRight(Row row) {
    return row.truth().wanted() == Truth.Wanted.CAUSE
        ? row.truth().first().contains(row.firstAlert())
        : row.firstAlert().equals("none") || row.truth().first().contains(row.firstAlert());
  }
}
