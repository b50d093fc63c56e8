package org.knnlm.eval.run;

import java.util.List;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.Protocol;

/**
 * What a run measures.
 *
 * @param name for people; may be empty
 * @param protocol how the text becomes windows
 * @param text file, relative to the folder of texts
 * @param format layout of the file's documents
 * @param settings retrieval settings beside the base model
 */
public record RunSpec(
    String name, Protocol protocol, String text, CorpusFormat format, List<Retrieval> settings) {}
