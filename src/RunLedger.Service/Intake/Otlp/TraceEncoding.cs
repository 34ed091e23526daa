namespace RunLedger.Service.Intake.Otlp;

/// <summary>How spans are written down; an answer is written as its request was.</summary>
enum TraceEncoding
{
    /// <summary><c>application/x-protobuf</c>.</summary>
    Protobuf,

    /// <summary><c>application/json</c>, in which ids are hexadecimal.</summary>
    Json,
}
