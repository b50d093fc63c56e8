package org.knnlm.index.search;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Which index file goes to which GPU: the largest first, each to where most memory is free. */
final class Placement {
  private Placement() {}

  /**
   * Places what fits.
   *
   * @param needed bytes of each index file, by its number
   * @param free bytes of each GPU, by its number
   * @return number of the GPU for each file that has one; where the others did not fit, the largest
   *     rest of a GPU was too small
   */
  static Map<Integer, Integer> of(Map<Integer, Long> needed, Map<Integer, Long> free) {
    var rest = new TreeMap<>(free);
    Map<Integer, Integer> places = new HashMap<>();
    new TreeMap<>(needed)
        .entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .forEach(
                file ->
                    rest.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .filter(gpu -> file.getValue() <= gpu.getValue())
                        .ifPresent(
                            gpu -> {
                              places.put(file.getKey(), gpu.getKey());
                              gpu.setValue(gpu.getValue() - file.getValue());
                            }));
    return places;
  }
}
