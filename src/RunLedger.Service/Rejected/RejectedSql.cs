namespace RunLedger.Service.Rejected;

/// <summary>The statements of <see cref=/>, which either store takes.</summary>
static class RejectedSql
{
    /// <summary>What <see cref=/> reads of a row it has taken.</summary>
    const string Taken =
        "rejected_id, contract, origin, content_type, payload, corrected, action_id, rejected_at, reason";

    /// <summary>One row, whatever became of it but that it was taken or is under way.</summary>
    public const string Claim =
        $"""
         update rejected_observation
         set state = 'resending', corrected = coalesce(@corrected, corrected), action_id = @action, claimed_at = @now
         where rejected_id = @id and state in ('open', 'discarded')
         returning {Taken}
         """;

    /// <summary>
    /// The next slice of an action, from where the one before ended; what came after the action began is not its own.
    /// </summary>
    public static string ClaimSlice(bool ofGroup, string skipLocked) =>
        $"""
         with slice as ({Slice(ofGroup, skipLocked)})
         update rejected_observation
         set state = 'resending', action_id = @action, claimed_at = @now
         where rejected_id in (select rejected_id from slice)
         returning {Taken}
         """;

    public static string DiscardSlice(bool ofGroup, string skipLocked) =>
        $"""
         with slice as ({Slice(ofGroup, skipLocked)})
         update rejected_observation
         set state = 'discarded', action_id = @action, handled_at = @now, handled_by = @who, handled_reason = @reason,
           outcome = 'discarded'
         where rejected_id in (select rejected_id from slice)
         returning rejected_id, rejected_at
         """;

    /// <summary>
    /// Rows whose service went away, or gave up waiting for the broker or the database, before it said what became of
    /// them.
    /// </summary>
    public static string ClaimLeft(string skipLocked) =>
        $"""
         with slice as (
           select rejected_id from rejected_observation where state = 'resending' and claimed_at < @before
           order by claimed_at limit @limit {skipLocked})
         update rejected_observation set claimed_at = @now where rejected_id in (select rejected_id from slice)
         returning {Taken}
         """;

    public const string Discard =
        """
        update rejected_observation
        set state = 'discarded', action_id = @action, handled_at = @now, handled_by = @who, handled_reason = @reason,
          outcome = 'discarded'
        where rejected_id = @id and state = 'open'
        """;

    public const string Resent =
        """
        update rejected_observation
        set state = 'resent', claimed_at = null, handled_at = @now, handled_by = @who,
          handled_reason = @reason, outcome = @outcome
        where rejected_id = @id and state = 'resending' and action_id = @action
        """;

    public const string Again =
        """
        update rejected_observation
        set state = 'open', claimed_at = null, handled_at = @now, handled_by = @who, handled_reason = @reason,
          outcome = 'rejected again', reason = @why, fingerprint = @fingerprint, rejected_at = @now
        where rejected_id = @id and state = 'resending' and action_id = @action
        """;

    /// <summary>Rows of an older version, or of a replica that still is one.</summary>
    public static string Unnamed(string skipLocked) =>
        $"""
         select rejected_id, contract, reason from rejected_observation where fingerprint is null
         order by rejected_id limit @limit {skipLocked}
         """;

    // The bound on the time stands alone for SQLite, which descends its index by it.
    static string Slice(bool ofGroup, string skipLocked) =>
        $"""
         select rejected_id from rejected_observation
         where state = 'open' {(ofGroup ? "and fingerprint = @fingerprint" : "")}
           and rejected_at <= @at and (rejected_at < @at or rejected_id < @after)
         order by rejected_at desc, rejected_id desc limit @limit {skipLocked}
         """;
}
