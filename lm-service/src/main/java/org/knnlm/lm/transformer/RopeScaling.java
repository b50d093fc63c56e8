package org.knnlm.lm.transformer;

/**
 * How the rotary embedding's frequencies are stretched beyond the length that a model was trained
 * on. Intermediate results are rounded to float32 where Hugging Face transformers ({@code
 * modeling_rope_utils}) rounds them.
 */
public sealed interface RopeScaling {
  /**
   * Angle per position of each of the dim / 2 pairs.
   *
   * @param theta base of the geometric series
   * @param dim length of a head
   * @param sequenceLength tokens of the whole sequence
   */
  float[] inverseFrequencies(double theta, int dim, int sequenceLength);

  /** Whether sequences of up to so many tokens all have the same frequencies. */
  default boolean isFixedUpTo(int sequenceLength) {
    return true;
  }

  /** theta^(-2i/dim): Su et al. 2021, "RoFormer", section 3.2.2. */
  record None() implements RopeScaling {
    @Override
    public float[] inverseFrequencies(double theta, int dim, int sequenceLength) {
      float[] frequencies = new float[dim / 2];
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] = 1 / (float) Math.pow(theta, (float) (2 * i) / dim);
      }
      return frequencies;
    }
  }

  /** Positions divided by a factor: Chen et al. 2023, "Position Interpolation", section 2.3. */
  record Linear(double factor) implements RopeScaling {
    @Override
    public float[] inverseFrequencies(double theta, int dim, int sequenceLength) {
      float[] frequencies = new None().inverseFrequencies(theta, dim, sequenceLength);
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= (float) factor;
      }
      return frequencies;
    }
  }

  /**
   * A base that grows with the sequence once it is longer than the model was trained for ("NTK
   * aware": Peng et al. 2023, "YaRN", section 3.4). Depends on the sequence's own length alone,
   * never on what was computed before.
   *
   * @param trainedLength longest sequence that is not scaled
   */
  record DynamicNtk(double factor, int trainedLength) implements RopeScaling {
    @Override
    public float[] inverseFrequencies(double theta, int dim, int sequenceLength) {
      double stretch = (double) Math.max(sequenceLength, trainedLength) / trainedLength;
      double base = theta * Math.pow(factor * stretch - (factor - 1), dim / (dim - 2.0));
      return new None().inverseFrequencies(base, dim, sequenceLength);
    }

    @Override
    public boolean isFixedUpTo(int sequenceLength) {
      return sequenceLength <= trainedLength;
    }
  }

  /**
   * Llama 3.1: long wavelengths are stretched by a factor, short ones kept, those between
   * interpolated (Hugging Face transformers, {@code _compute_llama3_parameters}).
   *
   * @param lowFrequencyFactor trainedLength / this = wavelength above which all is stretched
   * @param highFrequencyFactor trainedLength / this = wavelength below which nothing is
   */
  record Llama3(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int trainedLength)
      implements RopeScaling {
    @Override
    public float[] inverseFrequencies(double theta, int dim, int sequenceLength) {
      float[] frequencies = new None().inverseFrequencies(theta, dim, sequenceLength);
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] = scaled(frequencies[i]);
      }
      return frequencies;
    }

    private float scaled(float frequency) {
      double wavelength = 2 * Math.PI / frequency;
      if (wavelength > trainedLength / lowFrequencyFactor) {
        return frequency / (float) factor;
      }
      if (wavelength < trainedLength / highFrequencyFactor) {
        return frequency;
      }
      double smooth =
          (trainedLength / wavelength - lowFrequencyFactor)
              / (highFrequencyFactor - lowFrequencyFactor);
      return (float) ((1 - smooth) * frequency / factor + smooth * frequency);
    }
  }
}
