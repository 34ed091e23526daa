namespace RunLedger.Service.Actions;

/// <summary>The actions that are written down, as <c>operator_action</c> spells them.</summary>
static class ActionNames
{
    public const string Close = "close";
    public const string Resend = "resend";
    public const string ResendGroup = "resend_group";
    public const string Discard = "discard";
    public const string DiscardGroup = "discard_group";
    public const string Acknowledge = "acknowledge";
    public const string Note = "note";
    public const string Expect = "expect";
    public const string StopExpecting = "stop_expecting";
    public const string PutRule = "put_rule";
    public const string DeleteRule = "delete_rule";
    public const string PutChannel = "put_channel";
    public const string DeleteChannel = "delete_channel";
    public const string TestChannel = "test_channel";
    public const string RetentionRun = "retention_run";
    public const string ArchiveRestore = "archive_restore";
    public const string Ask = "ask";
    public const string Query = "query";
    public const string SaveQuery = "save_query";
    public const string DeleteQuery = "delete_query";

    /// <summary>Those that a list is asked for.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Close, Resend, ResendGroup, Discard, DiscardGroup, Acknowledge, Note, Expect, StopExpecting, PutRule,
        DeleteRule, PutChannel, DeleteChannel, TestChannel, RetentionRun, ArchiveRestore, Ask, Query, SaveQuery,
        DeleteQuery,
    ];
}
