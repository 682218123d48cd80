package rackpulse.config;

import java.util.Collection;

/// What somebody who mistyped a word probably meant.
public final class Suggestion {
  /// Longer words are cut before they are compared, so that the work stays bounded.
  private static final int MAX_LENGTH = 64;

  /// Fewer letters begin too many words.
  private static final int MIN_PREFIX = 3;

  private Suggestion() {}

  /// The end of a message about the unknown `word`: `, did you mean "sht4x"?`, or nothing when no
  /// candidate is near. Of equally near ones the first in the alphabet; of none, one that `word`
  /// shortens.
  public static String didYouMean(String word, Collection<String> candidates) {
    String nearest = "";
    int least = Math.min(word.length(), Math.max(1, word.length() / 3) + 1);
    for (String candidate : candidates.stream().sorted().toList()) {
      int distance = distance(cut(word), cut(candidate));
      if (distance < least) {
        least = distance;
        nearest = candidate;
      } else if (nearest.isEmpty() && word.length() >= MIN_PREFIX && candidate.startsWith(word)) {
        nearest = candidate;
      }
    }
    return nearest.isEmpty() ? "" : ", did you mean \"" + nearest + "\"?";
  }

  private static String cut(String word) {
    return word.length() <= MAX_LENGTH ? word : word.substring(0, MAX_LENGTH);
  }

  /// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a` (optimal
  /// string alignment distance).
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
