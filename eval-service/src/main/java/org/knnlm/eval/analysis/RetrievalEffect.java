package org.knnlm.eval.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * At how many positions of a text one retrieval setting helped or hurt, by how much, and where
 * most. The change of a position is log p(target) with retrieval less without. Where the target is
 * not among the neighbours it is log(1 - lambda): most positions that are hurt are hurt by just
 * that.
 */
public final class RetrievalEffect {
  private final float indifference;
  private final Extremes mostHelped;
  private final Extremes mostHurt;
  private long positions;
  private long helped;
  private long hurt;
  private double gain;
  private double loss;
  private double change;

  /**
   * @param indifference change up to which a position counts as unchanged, in nats
   * @param kept how many of the most changed positions are kept in either direction
   */
  public RetrievalEffect(float indifference, int kept) {
    if (!(indifference >= 0) || kept < 0) {
      throw new IllegalArgumentException(
          "indifference %s, %d positions".formatted(indifference, kept));
    }
    this.indifference = indifference;
    this.mostHelped = new Extremes(kept, Comparator.comparingDouble(Position::nats));
    this.mostHurt = new Extremes(kept, Comparator.comparingDouble(position -> -position.nats()));
  }

  /**
   * A position and its change.
   *
   * @param window its window
   * @param target index among the targets of the window
   * @param nats the change
   */
  public record Position(int window, int target, float nats) {}

  /**
   * All positions.
   *
   * @param positions how many
   * @param helped of them became likelier
   * @param hurt of them became less likely
   * @param gain mean change of those that were helped, in nats; 0 when there is none
   * @param loss mean change of those that were hurt, below 0; 0 when there is none
   * @param change mean change of all, unchanged ones included
   * @param mostHelped the greatest gain first
   * @param mostHurt the greatest loss first
   */
  public record Summary(
      long positions,
      long helped,
      long hurt,
      double gain,
      double loss,
      double change,
      List<Position> mostHelped,
      List<Position> mostHurt) {
    /** Share of the positions that became likelier. */
    public double helpedShare() {
      return (double) helped / positions;
    }

    /** Share of the positions that became less likely. */
    public double hurtShare() {
      return (double) hurt / positions;
    }
  }

  /**
   * Adds the targets of a window.
   *
   * @param base log probabilities without retrieval
   * @param mixed of the same targets with retrieval
   */
  public void add(int window, float[] base, float[] mixed) {
    if (base.length != mixed.length) {
      throw new IllegalArgumentException(
          "window %d: %d log probabilities and %d".formatted(window, base.length, mixed.length));
    }
    for (int i = 0; i < base.length; i++) {
      add(new Position(window, i, mixed[i] - base[i]));
    }
  }

  private void add(Position position) {
    positions++;
    change += position.nats;
    if (position.nats > indifference) {
      helped++;
      gain += position.nats;
      mostHelped.offer(position);
    } else if (position.nats < -indifference) {
      hurt++;
      loss += position.nats;
      mostHurt.offer(position);
    }
  }

  /** What has been added so far. */
  public Summary summary() {
    return new Summary(
        positions,
        helped,
        hurt,
        helped == 0 ? 0 : gain / helped,
        hurt == 0 ? 0 : loss / hurt,
        positions == 0 ? 0 : change / positions,
        mostHelped.list(),
        mostHurt.list());
  }

  /** The greatest of many; of equals the first. */
  private static final class Extremes {
    private final int size;
    private final Comparator<Position> order;
    private final PriorityQueue<Position> kept;

    Extremes(int size, Comparator<Position> order) {
      this.size = size;
      this.order = order;
      this.kept = new PriorityQueue<>(size + 1, order);
    }

    void offer(Position position) {
      if (kept.size() < size || (size > 0 && order.compare(position, kept.element()) > 0)) {
        kept.add(position);
        if (kept.size() > size) {
          kept.remove();
        }
      }
    }

    List<Position> list() {
      List<Position> list = new ArrayList<>(kept);
      list.sort(
          order.reversed().thenComparingInt(Position::window).thenComparingInt(Position::target));
      return list;
    }
  }
}
