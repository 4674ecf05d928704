package dev.checkrail.prove;

import dev.checkrail.prove.set.AddressTexts;
import dev.checkrail.prove.set.Language;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A set of values that a test accepts. Compared by identity: equal tests are made once. */
sealed interface Values {

  /** Every value, of whatever type: there is one. */
  enum Any implements Values {
    PRESENT,
    /** Of a header: there are several values or quotes, see {@link Field#listed}. */
    LISTED
  }

  /** A set flag, or a number that is not zero. */
  enum Truth implements Values {
    SET
  }

  /** Texts of a language, which may be made only when somebody asks for it. */
  final class Texts implements Values {
    private final Supplier<Language> maker;
    private final Optional<Among> among;
    private @Nullable Language made;

    Texts(Language language) {
      this.maker = () -> language;
      this.among = Optional.empty();
      this.made = language;
    }

    /** Lists in which the value that is picked is in a set. */
    Texts(Among among) {
      this.maker = () -> Images.texts(among.pick().before(among.wanted())).language();
      this.among = Optional.of(among);
    }

    /** What is asked of one value of several, if that is how the set came about. */
    Optional<Among> among() {
      return among;
    }

    Language language() {
      Language known = made;
      if (known == null) {
        known = maker.get();
        made = known;
      }
      return known;
    }
  }

  /**
   * A test on one of several values.
   *
   * @param pick which of them
   * @param wanted what it must be
   */
  record Among(Pick pick, Texts wanted) {}

  /** Numbers. */
  final class Numbers implements Values {
    final Ranges ranges;

    Numbers(Ranges ranges) {
      this.ranges = ranges;
    }
  }

  /** Addresses, as words of four or sixteen bytes, and the IPv6 networks among them. */
  final class InNetworks implements Values {
    final Language language;
    final List<AddressTexts.Network> six;

    InNetworks(Language language, List<AddressTexts.Network> six) {
      this.language = language;
      this.six = List.copyOf(six);
    }
  }

  /** Flags. */
  final class Flags implements Values {
    final boolean whenSet;
    final boolean whenNot;

    Flags(boolean whenSet, boolean whenNot) {
      this.whenSet = whenSet;
      this.whenNot = whenNot;
    }
  }

  /** Whether a concrete value is in the set; values of another type are cast as the proxy does. */
  default boolean contains(Value value) {
    return switch (this) {
      case Any any -> true;
      case Truth truth ->
          switch (value) {
            case Value.Flag flag -> flag.set();
            case Value.Number number -> number.number() != 0;
            case Value.Text text -> Cast.toNumber(text.text()).orElse(0) != 0;
            case Value.Address address -> false;
          };
      case Texts texts -> texts.language().contains(value.asText());
      case Numbers numbers ->
          switch (value) {
            case Value.Flag flag -> numbers.ranges.contains(flag.set() ? 1 : 0);
            case Value.Number number -> numbers.ranges.contains(number.number());
            case Value.Text text -> {
              var cast = Cast.toNumber(text.text());
              yield cast.isPresent() && numbers.ranges.contains(cast.getAsLong());
            }
            case Value.Address address -> false;
          };
      case InNetworks networks ->
          switch (value) {
            case Value.Address address -> networks.language.contains(address.bytes());
            case Value.Text text -> {
              var bytes = Addresses.parse(text.text());
              yield bytes.isPresent() && networks.language.contains(bytes.get());
            }
            case Value.Flag flag -> false;
            case Value.Number number -> false;
          };
      case Flags flags ->
          switch (value) {
            case Value.Flag flag -> flag.set() ? flags.whenSet : flags.whenNot;
            case Value.Number number -> number.number() != 0 ? flags.whenSet : flags.whenNot;
            case Value.Text text -> false;
            case Value.Address address -> false;
          };
    };
  }
}
