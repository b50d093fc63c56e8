package org.knnlm.lm.transformer;

import java.util.Arrays;

/**
 * The operations of ops.py as their definitions read, in double precision, over row-major arrays.
 */
final class NaiveOps {
  private NaiveOps() {}

  static double[][] rmsNorm(double[][] x, double[] weight, double epsilon) {
    double[][] out = new double[x.length][];
    for (int n = 0; n < x.length; n++) {
      double squares = 0;
      for (double value : x[n]) {
        squares += value * value;
      }
      double scale = 1 / Math.sqrt(squares / x[n].length + epsilon);
      out[n] = new double[x[n].length];
      for (int i = 0; i < x[n].length; i++) {
        out[n][i] = x[n][i] * scale * weight[i];
      }
    }
    return out;
  }

  static double[][] linear(double[][] x, double[][] weight, double[] bias) {
    double[][] out = new double[x.length][weight.length];
    for (int n = 0; n < x.length; n++) {
      for (int o = 0; o < weight.length; o++) {
        out[n][o] = bias[o] + dot(x[n], weight[o]);
      }
    }
    return out;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double[][] swiglu(double[][] gateUp) {
    int half = gateUp[0].length / 2;
    double[][] out = new double[gateUp.length][half];
    for (int n = 0; n < gateUp.length; n++) {
      for (int i = 0; i < half; i++) {
        double gate = gateUp[n][i];
        out[n][i] = gate / (1 + Math.exp(-gate)) * gateUp[n][half + i];
      }
    }
    return out;
  }

  /** Turns the pair (i, i + d/2) by angle position · frequency[i]. */
  static double[] rotated(double[] x, int position, double[] frequencies) {
    int half = x.length / 2;
    double[] out = new double[x.length];
    for (int i = 0; i < half; i++) {
      double cos = Math.cos(position * frequencies[i]);
      double sin = Math.sin(position * frequencies[i]);
      out[i] = x[i] * cos - x[i + half] * sin;
      out[i + half] = x[i + half] * cos + x[i] * sin;
    }
    return out;
  }

  /** Of rotated queries and keys; see the other. */
  static double[][] attend(double[][] qkv, int heads, int kvHeads, double[] frequencies) {
    int d = 2 * frequencies.length;
    double[][] rotated = new double[qkv.length][];
    for (int n = 0; n < qkv.length; n++) {
      rotated[n] = qkv[n].clone();
      for (int head = 0; head < heads + kvHeads; head++) {
        System.arraycopy(
            rotated(part(qkv[n], head, d), n, frequencies), 0, rotated[n], head * d, d);
      }
    }
    return attend(rotated, heads, new Attention.Heads(kvHeads, d, 0, 1 / Math.sqrt(d)));
  }

  /** One sequence: each head of each token looks at the tokens up to its own. */
  static double[][] attend(double[][] qkv, int heads, Attention.Heads shape) {
    int d = shape.dim();
    double[][] out = new double[qkv.length][heads * d];
    for (int head = 0; head < heads; head++) {
      int kvHead = head / (heads / shape.kvHeads());
      for (int n = 0; n < qkv.length; n++) {
        double[] query = part(qkv[n], head, d);
        int first = shape.window() == 0 ? 0 : Math.max(0, n - shape.window() + 1);
        double[] scores = new double[n + 1];
        double sum = 0;
        for (int m = first; m <= n; m++) {
          double[] key = part(qkv[m], heads + kvHead, d);
          scores[m] = Math.exp(dot(query, key) * shape.scale());
          sum += scores[m];
        }
        for (int m = first; m <= n; m++) {
          double[] value = part(qkv[m], heads + shape.kvHeads() + kvHead, d);
          for (int i = 0; i < d; i++) {
            out[n][head * d + i] += scores[m] / sum * value[i];
          }
        }
      }
    }
    return out;
  }

  static double[][] layerNorm(double[][] x, double[] weight, double[] bias, double epsilon) {
    double[][] out = new double[x.length][];
    for (int n = 0; n < x.length; n++) {
      double mean = Arrays.stream(x[n]).average().orElseThrow();
      double variance =
          Arrays.stream(x[n]).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
      out[n] = new double[x[n].length];
      for (int i = 0; i < x[n].length; i++) {
        out[n][i] = (x[n][i] - mean) / Math.sqrt(variance + epsilon) * weight[i] + bias[i];
      }
    }
    return out;
  }

  static double[][] geluTanh(double[][] x) {
    return Arrays.stream(x)
        .map(
            row ->
                Arrays.stream(row)
                    .map(
                        v ->
                            v
                                / 2
                                * (1
                                    + Math.tanh(
                                        Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))))
                    .toArray())
        .toArray(double[][]::new);
  }

  private static double[] part(double[] row, int head, int d) {
    return Arrays.copyOfRange(row, head * d, (head + 1) * d);
  }

  static double[] targetLogProbs(double[][] x, double[][] head, long[] targets) {
    double[] out = new double[targets.length];
    double[][] logits = linear(x, head, new double[head.length]);
    for (int n = 0; n < out.length; n++) {
      double sum = 0;
      for (double logit : logits[n]) {
        sum += Math.exp(logit);
      }
      out[n] = logits[n][(int) targets[n]] - Math.log(sum);
    }
    return out;
  }
}
