namespace RunLedger.Service.Channels;

/// <summary>The kinds of messages, as <c>incident_delivery</c> and receivers know them.</summary>
static class MessageKinds
{
    public const string Opened = "opened";
    public const string Changed = "changed";
    public const string Recovered = "recovered";
    public const string Test = "test";
}
