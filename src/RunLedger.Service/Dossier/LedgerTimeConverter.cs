using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Folding;

namespace RunLedger.Service.Dossier;

/// <summary>Times with six decimals, always, as the ledger keeps them: there is one spelling of each.</summary>
sealed class LedgerTimeConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTime().ToUniversalTime();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(LedgerTime.Text(value));
}
