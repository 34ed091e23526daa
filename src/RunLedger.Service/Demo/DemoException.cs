namespace RunLedger.Service.Demo;

/// <summary>The demo cannot go on; the message says to its user why, in one line.</summary>
sealed class DemoException(string message) : Exception(message.ReplaceLineEndings(" "));
