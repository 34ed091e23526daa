using System.Text.Json;
using Npgsql;
using RunLedger.Intake;
using RunLedger.Service.Intake;

namespace RunLedger.Service.Bridge;

/// <summary>
/// Follows one source: takes the cursor, reads a page, has its observations made durable, moves the cursor. Whatever
/// ends that in between, the page is read again, by this process or another, and adds nothing to what was there.
/// </summary>
sealed class BridgeFollower(
    BridgeSource source,
    string relation,
    string connectionString,
    NpgsqlDataSource ledger,
    ObservationIntake intake,
    ObservationValidator door,
    BridgeState state,
    BridgeOptions options,
    TimeProvider time,
    ILogger<BridgeFollower> logger)
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    static readonly TimeSpan OpenAtMost = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LookForUnplacedEvery = TimeSpan.FromMinutes(1);

    string? _broken;
    string? _toldOf;
    long _horizon;
    long _horizonSince;
    long? _lookedForUnplaced;

    string Origin => $"bridge {source.Name}";

    TimeSpan Shortly => options.Poll < Soon ? options.Poll : Soon;

    /// <summary>Until it is told to stop.</summary>
    public async Task Follow(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await SetQueryAside(cancellationToken);
                await using var reader = await BridgeReader.Open(
                    source, relation, connectionString, options.Channel, cancellationToken);
                while (true)
                {
                    if (await Page(reader, cancellationToken) is { Ticks: > 0 } wait)
                        await reader.Wait(wait, cancellationToken);
                    pause = FirstPause;
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Note(e, pause);
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>How long to wait then, if nothing is heard.</summary>
    async Task<TimeSpan> Page(BridgeReader reader, CancellationToken cancellationToken)
    {
        await using var cursor = await BridgeCursor.Take(ledger, source.Name, cancellationToken);
        // Who reads now may end before it has read all, and nothing announces that.
        if (cursor is null)
            return Shortly;

        var to = cursor.Point;
        var page = await reader.Page(to, options.PageSize, cancellationToken);
        if (page.Next < to.Transaction)
        {
            BridgeLog.StartsOver(logger, source.Name, to.Transaction);
            to = BridgePoint.Beginning;
            page = await reader.Page(to, options.PageSize, cancellationToken);
        }

        if (page.Rows.Count > 0)
        {
            await intake.Take(page.Rows.SelectMany(Lines), Origin, cancellationToken);
            to = page.Rows[^1].At;
        }

        if (to != cursor.Point)
        {
            await cursor.Move(to, cancellationToken);
            BridgeLog.Read(logger, page.Rows.Count, source.Name);
        }

        await SetUnplacedAside(reader, cancellationToken);
        Found(HeldUp(page));
        // What was written may be announced already, and wait for another transaction to end.
        return page.More ? TimeSpan.Zero : page.Horizon < page.Next ? Shortly : options.Poll;
    }

    IEnumerable<IntakeLine> Lines(BridgeRead read, int index)
    {
        var row = new BridgeRow(read.Json);
        if (read.Fault is { } unreadable)
            row.Faults.Add(unreadable);
        var observations = row.Faults.Count == 0 ? source.Read(row).ToList() : [];
        row.Required(source.Key);
        if (row.Faults.Count > 0)
            return [new IntakeLine(
                index + 1, source.Name, row.Payload, null, Named(string.Join("; ", row.Faults.Distinct())))];
        return observations.Select(observation => door.TryValidate(observation, out _, out var reason)
            ? new IntakeLine(index + 1, observation.GetType().Name, row.Payload, observation, null)
            : new IntakeLine(index + 1, observation.GetType().Name, row.Payload, null, Named(reason)));

        string Named(string reason) => read.At.Key.Length > 0 ? $"{source.Key} {read.At.Key}: {reason}" : reason;
    }

    async Task SetUnplacedAside(BridgeReader reader, CancellationToken cancellationToken)
    {
        if (_lookedForUnplaced is { } last && time.GetElapsedTime(last) < LookForUnplacedEvery)
            return;
        await intake.Take((await reader.Unplaced(cancellationToken)).SelectMany(Lines), Origin, cancellationToken);
        _lookedForUnplaced = time.GetTimestamp();
    }

    /// <summary>Once for each thing that is wrong with it; its rows stay where they are.</summary>
    async Task SetQueryAside(CancellationToken cancellationToken)
    {
        if (_broken is null || _broken == _toldOf)
            return;
        var payload = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["source"] = relation, ["fault"] = _broken });
        await intake.Take(
            [new IntakeLine(1, source.Name, payload, null, $"{source.Name}: {_broken}")], Origin, cancellationToken);
        _toldOf = _broken;
    }

    string? HeldUp(BridgePage page)
    {
        if (page.Horizon != _horizon || page.Horizon == page.Next)
            (_horizon, _horizonSince) = (page.Horizon, time.GetTimestamp());
        return time.GetElapsedTime(_horizonSince) < OpenAtMost
            ? null
            : $"transaction {page.Horizon} is open for more than {OpenAtMost.TotalSeconds:N0} s: rows written since it "
                + "began wait for its end.";
    }

    void Found(string? fault)
    {
        if (fault is null)
            (_broken, _toldOf) = (null, null);
        if (!state.Set(source.Name, fault))
            return;
        if (fault is null)
            BridgeLog.Reads(logger, source.Name);
        else
            BridgeLog.HeldUp(logger, source.Name, fault);
    }

    void Note(Exception e, TimeSpan pause)
    {
        switch (e)
        {
            case BridgeQueryException:
                _broken = e.Message;
                Found($"{e.Message}.");
                break;
            case NpgsqlException:
                Found($"a database cannot be asked: {e.Message.TrimEnd('.')}.");
                break;
            case var _ when IntakeOutage.Is(e):
                Found($"observations do not become durable: {e.Message.TrimEnd('.')}.");
                break;
            default:
                Found("it fails for a reason nobody foresaw, which the log tells.");
                BridgeLog.Failed(logger, e, source.Name, pause);
                break;
        }
    }
}
