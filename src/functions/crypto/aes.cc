// AES: aes_encrypt, aes_decrypt, try_aes_decrypt.
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <strings.h>

#include <memory>
#include <string>

#include "expr/function_registry.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

constexpr size_t kTagSize = 16;

enum class Mode : uint8_t { kEcb, kCbc, kGcm };

bool same(std::string_view a, std::string_view b) { return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0; }

const char* nameOf(Mode mode) { return mode == Mode::kEcb ? "ECB" : mode == Mode::kCbc ? "CBC" : "GCM"; }
size_t vectorSize(Mode mode) { return mode == Mode::kEcb ? 0 : mode == Mode::kCbc ? 16 : 12; }

struct Request {
  std::string_view input;
  std::string_view key;
  std::string_view mode;
  std::string_view padding;
  std::string_view vector;  // empty: a random one
  std::string_view additional;
  std::string functionName;
};

Result<Mode> modeOf(const Request& request) {
  const bool isDefault = same(request.padding, "DEFAULT");
  const bool isPkcs = same(request.padding, "PKCS") || isDefault;
  if (same(request.mode, "ECB") && isPkcs) return Mode::kEcb;
  if (same(request.mode, "CBC") && isPkcs) return Mode::kCbc;
  if (same(request.mode, "GCM") && (same(request.padding, "NONE") || isDefault)) return Mode::kGcm;
  return Error(condition::kUnsupportedFeatureAesMode)
      .with("mode", std::string(request.mode))
      .with("padding", std::string(request.padding))
      .with("functionName", request.functionName);
}

Result<Mode> checkRequest(const Request& request) {
  const size_t bytes = request.key.size();
  if (bytes != 16 && bytes != 24 && bytes != 32) {
    return Error(condition::kInvalidParameterValueAesKeyLength)
        .with("parameter", "`key`")
        .with("functionName", request.functionName)
        .with("actualLength", std::to_string(bytes));
  }
  ASSIGN_OR_RETURN(const Mode mode, modeOf(request));
  if (!request.vector.empty()) {
    if (mode == Mode::kEcb) return Error(condition::kUnsupportedFeatureAesModeIv).with("mode", "ECB").with("functionName", request.functionName);
    if (request.vector.size() != vectorSize(mode)) {
      return Error(condition::kInvalidParameterValueAesIvLength)
          .with("parameter", "`iv`")
          .with("functionName", request.functionName)
          .with("mode", nameOf(mode))
          .with("actualLength", std::to_string(request.vector.size()));
    }
  }
  if (!request.additional.empty() && mode != Mode::kGcm) {
    return Error(condition::kUnsupportedFeatureAesModeAad).with("mode", nameOf(mode)).with("functionName", request.functionName);
  }
  return mode;
}

const EVP_CIPHER* cipherOf(Mode mode, size_t keyBytes) {
  switch (mode) {
    case Mode::kEcb: return keyBytes == 16 ? EVP_aes_128_ecb() : keyBytes == 24 ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
    case Mode::kCbc: return keyBytes == 16 ? EVP_aes_128_cbc() : keyBytes == 24 ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
    case Mode::kGcm: break;
  }
  return keyBytes == 16 ? EVP_aes_128_gcm() : keyBytes == 24 ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
}

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Error cryptoError(const Request& request, const char* detail) {
  return Error(condition::kInvalidParameterValueAesCryptoError)
      .with("parameter", "`expr`, `key`")
      .with("functionName", request.functionName)
      .with("detailMessage", detail);
}

// One pass of the cipher. For GCM the tag is taken from or added to the end of the text.
bool runCipher(Mode mode, bool encrypts, const Request& request, std::string_view vector, std::string_view input, std::string& out) {
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  if (EVP_CipherInit_ex(context.get(), cipherOf(mode, request.key.size()), nullptr, bytesOf(request.key), vector.empty() ? nullptr : bytesOf(vector),
                        encrypts ? 1 : 0) != 1) {
    return false;
  }
  int written = 0;
  if (mode == Mode::kGcm) {
    if (!encrypts) {
      if (input.size() < kTagSize) return false;
      std::string tag(input.substr(input.size() - kTagSize));
      input.remove_suffix(kTagSize);
      if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) != 1) return false;
    }
    if (!request.additional.empty() &&
        EVP_CipherUpdate(context.get(), nullptr, &written, bytesOf(request.additional), static_cast<int>(request.additional.size())) != 1) {
      return false;
    }
  }
  const size_t start = out.size();
  out.resize(start + input.size() + 32);
  auto* target = reinterpret_cast<unsigned char*>(out.data() + start);
  int total = 0;
  if (EVP_CipherUpdate(context.get(), target, &written, bytesOf(input), static_cast<int>(input.size())) != 1) return false;
  total += written;
  if (EVP_CipherFinal_ex(context.get(), target + total, &written) != 1) return false;
  total += written;
  if (mode == Mode::kGcm && encrypts) {
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, target + total) != 1) return false;
    total += static_cast<int>(kTagSize);
  }
  out.resize(start + static_cast<size_t>(total));
  return true;
}

Status encrypt(const Request& request, std::string& out) {
  ASSIGN_OR_RETURN(const Mode mode, checkRequest(request));
  std::string vector(request.vector);
  if (vector.empty()) {
    vector.resize(vectorSize(mode));
    if (!vector.empty() && RAND_bytes(reinterpret_cast<unsigned char*>(vector.data()), static_cast<int>(vector.size())) != 1) {
      return cryptoError(request, "no random bytes");
    }
  }
  out = vector;
  if (!runCipher(mode, true, request, vector, request.input, out)) return cryptoError(request, "the text cannot be encrypted");
  return Status::ok();
}

Status decrypt(const Request& request, std::string& out) {
  ASSIGN_OR_RETURN(const Mode mode, checkRequest(request));
  const size_t size = vectorSize(mode);
  out.clear();
  if (request.input.size() < size || !runCipher(mode, false, request, request.input.substr(0, size), request.input.substr(size), out)) {
    return cryptoError(request, "the text was not encrypted with this key and mode");
  }
  return Status::ok();
}

template <bool Encrypts>
void crypt(const KernelArgs& args) {
  std::vector<VectorReader<StringView>> columns;
  for (size_t i = 0; i < args.count(); ++i) columns.push_back(args.column<StringView>(i));
  auto out = args.result<StringView>();
  std::string bytes;
  for (const RowIndex row : args.activeRows()) {
    const auto at = [&](size_t i) { return columns[i][row].view(); };
    Request request{.input = at(0), .key = at(1), .mode = at(2), .padding = at(3), .vector = {}, .additional = {}, .functionName = Encrypts ? "`aes_encrypt`" : "`aes_decrypt`"};
    if (Encrypts) request.vector = at(4);
    request.additional = at(Encrypts ? 5 : 4);
    const Status status = Encrypts ? encrypt(request, bytes) : decrypt(request, bytes);
    if (status.isOk()) {
      out.set(row, bytes);
    } else {
      args.errors().set(row, status.error());
    }
  }
}

template <bool Encrypts, bool Try>
Result<FunctionBinding> bindAes(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, Encrypts ? 6 : 5, Encrypts ? 6 : 5));
  FunctionBinding binding;
  binding.argumentTypes = {kBinary, kBinary, kString, kString, kBinary};
  if (Encrypts) binding.argumentTypes.push_back(kBinary);
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    const DataType& type = context.argumentTypes[i];
    const bool fits = type.isStringLike() || (binding.argumentTypes[i].is(TypeKind::kString) && implicitCast(type, kString, context.options.ansi)) || type.is(TypeKind::kNull) || (type.is(TypeKind::kBinary) && binding.argumentTypes[i].is(TypeKind::kBinary));
    if (!fits) return unexpectedArgumentType(context, i, "\"" + binding.argumentTypes[i].sql() + "\"");
  }
  binding.result = kBinary;
  binding.kernel = crypt<Encrypts>;
  binding.canRaise = true;
  binding.errorsAreNull = Try;
  binding.nullableIfArgumentsAre = !Try;
  return binding;
}

}  // namespace

void registerAes(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"aes_encrypt"}, .group = Group::kMisc, .since = "3.3.0", .usage = "aes_encrypt(expr, key[, mode[, padding[, iv[, aad]]]]) - The bytes, encrypted with AES in mode ECB, CBC or GCM.", .deterministic = false, .bind = bindAes<true, false>,
       .defaults = {{kString, Value::string("GCM")}, {kString, Value::string("DEFAULT")}, {kString, Value::string("")}, {kString, Value::string("")}}, .maxArguments = 6},
      {.names = {"aes_decrypt"}, .group = Group::kMisc, .since = "3.3.0", .usage = "aes_decrypt(expr, key[, mode[, padding[, aad]]]) - The bytes that aes_encrypt has encrypted.", .bind = bindAes<false, false>,
       .defaults = {{kString, Value::string("GCM")}, {kString, Value::string("DEFAULT")}, {kString, Value::string("")}}, .maxArguments = 5},
      {.names = {"try_aes_decrypt"}, .group = Group::kMisc, .since = "3.5.0", .usage = "try_aes_decrypt(expr, key[, mode[, padding[, aad]]]) - As aes_decrypt, NULL where that fails.", .bind = bindAes<false, true>,
       .defaults = {{kString, Value::string("GCM")}, {kString, Value::string("DEFAULT")}, {kString, Value::string("")}}, .maxArguments = 5},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
