package org.knnlm.faiss.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/** What JavaCPP parses of faiss 1.12, and how its types are named in Java. */
@Properties(
    target = "org.knnlm.faiss.jni",
    global = "org.knnlm.faiss.jni.global.faiss",
    value =
        @Platform(
            value = "linux-x86_64",
            compiler = "cpp17",
            include = {
              "faiss/MetricType.h",
              "faiss/Index.h",
              "faiss/impl/IDSelector.h",
              "faiss/Clustering.h",
              "faiss/invlists/InvertedLists.h",
              "faiss/impl/Quantizer.h",
              "faiss/impl/ProductQuantizer.h",
              "faiss/impl/ScalarQuantizer.h",
              "faiss/IndexFlatCodes.h",
              "faiss/IndexFlat.h",
              "faiss/IndexIVF.h",
              "faiss/IndexIVFFlat.h",
              "faiss/IndexPQ.h",
              "faiss/IndexIVFPQ.h",
              "faiss/IndexScalarQuantizer.h",
              "faiss/IndexIVFFastScan.h",
              "faiss/IndexIVFPQFastScan.h",
              "faiss/IndexRefine.h",
              "faiss/VectorTransform.h",
              "faiss/IndexPreTransform.h",
              "faiss/clone_index.h",
              "faiss/index_factory.h",
              "faiss/index_io.h",
              "knnlm_gpu.h",
              "knnlm_faiss.h"
            },
            link = "faiss",
            // sgemm: of the CUDA build
            preload = {"gcc_s@.1", "quadmath@.0", "gfortran@.5", "openblas@.0", "gomp@.1", "sgemm"},
            preloadresource = "/org/bytedeco/openblas/"))
public class faiss implements InfoMapper {

  @Override
  public void map(InfoMap map) {
    map.put(
        new Info(
                "FAISS_API",
                "FAISS_STRINGIFY",
                "FAISS_TOSTRING",
                "FAISS_ALWAYS_INLINE",
                "VERSION_STRING")
            .cppTypes()
            .annotations());
    map.put(
        new Info("faiss::idx_t", "idx_t")
            .cast()
            .valueTypes("long")
            .pointerTypes("LongPointer", "LongBuffer", "long[]"));
    // Index alone would clash with the annotation org.bytedeco.javacpp.annotation.Index
    map.put(new Info("faiss::Index").pointerTypes("NativeIndex"));
    // A base without virtual functions under a class that has them: its address is not the object's
    map.put(new Info("faiss::Level1Quantizer").upcast());
    map.put(new Info("IVFSearchParameters").pointerTypes("SearchParametersIVF"));
    map.put(
        new Info("std::vector<faiss::idx_t>", "std::vector<int64_t>")
            .pointerTypes("LongVector")
            .define());
    map.put(new Info("std::vector<float>").pointerTypes("FloatVector").define());
    map.put(new Info("std::vector<uint8_t>").pointerTypes("ByteVector").define());

    // Both branches declare the same
    map.put(new Info("KNNLM_FAISS_CUDA").define(false));

    // Types without a Java counterpart, and what is declared in terms of them
    map.put(
        new Info(
                "faiss::MaybeOwnedVector<uint8_t>",
                "faiss::MaybeOwnedVector<faiss::idx_t>",
                "faiss::ArrayInvertedLists::codes",
                "faiss::ArrayInvertedLists::ids",
                "faiss::CodeSet",
                "faiss::DirectMap",
                "faiss::IDSelectorBatch::set",
                "faiss::IndexFlatCodes::codes",
                "faiss::IndexIVF::direct_map",
                "faiss::IndexIVF::set_direct_map_type",
                "faiss::IndexIVFFlatDedup",
                "faiss::IndexIVFPQ::precomputed_table",
                "faiss::IndexIVFPQFastScan::precomputed_table",
                "faiss::InvertedListsIterator::get_id_and_codes",
                "faiss::ReadOnlyInvertedLists",
                "faiss::initialize_IVFPQ_precomputed_table",
                "faiss::FlatCodesDistanceComputer",
                "faiss::PolysemousTraining",
                "faiss::IndexFlatCodes::get_FlatCodesDistanceComputer",
                "faiss::IndexFlat::get_FlatCodesDistanceComputer",
                "faiss::IndexPQ::get_FlatCodesDistanceComputer",
                "faiss::IndexPQ::polysemous_training",
                "faiss::IndexScalarQuantizer::get_FlatCodesDistanceComputer",
                "faiss::IndexIVFPQ::polysemous_training",
                "faiss::ScalarQuantizer::SQDistanceComputer",
                "faiss::ProductQuantizer::search",
                "faiss::ProductQuantizer::search_ip",
                "faiss::ProductQuantizer::search_sdc",
                "faiss::PQEncoder8",
                "faiss::PQEncoder16",
                "faiss::PQEncoderGeneric",
                "faiss::PQDecoder8",
                "faiss::PQDecoder16",
                "faiss::PQDecoderGeneric",
                "faiss::SIMDResultHandlerToFloat",
                "faiss::IndexIVFFastScan::compute_LUT",
                "faiss::IndexIVFFastScan::compute_LUT_uint8",
                "faiss::IndexIVFFastScan::CoarseQuantized",
                "faiss::IndexIVFPQFastScan::compute_LUT",
                "knnlm::CallParameters",
                "knnlm::hold_gpu",
                "knnlm::is_gpu_ivf")
            .skip());
  }
}
