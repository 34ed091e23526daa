using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Dossier;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DossierDocument))]
[JsonSerializable(typeof(SignedDossier))]
sealed partial class DossierJson : JsonSerializerContext;
