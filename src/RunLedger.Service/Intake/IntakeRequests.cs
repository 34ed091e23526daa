using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using RunLedger.Intake;
using RunLedger.Service.Intake.OpenLineage;
using RunLedger.Service.Web;

namespace RunLedger.Service.Intake;

/// <summary>A request with observations: from its body to its answer.</summary>
sealed class IntakeRequests(
    BodyReading bodies,
    IntakeShares shares,
    ObservationIntake intake,
    IOptions<IntakeOptions> limits,
    RunLedgerOptions options)
{
    /// <summary>Of a body that is refused as a whole, so that one sees whose it is.</summary>
    const int BeginningBytes = 64 * 1024;

    public RequestBody Body(HttpContext http) => new(shares, http, limits.Value);

    /// <summary>One of events, which may be larger than what is held.</summary>
    public RequestBody LineageBody(HttpContext http) => new(
        shares, http, limits.Value, new EventTrimmer(options.MaxEvidenceBytes, IntakeLimits.MaxBodyBytes));

    /// <summary>An event of such a body.</summary>
    public IntakeLine Event(BodyPart part) => ObservationBody.Lineage(part, options.MaxEvidenceBytes);

    /// <param name="body">Not read yet.</param>
    /// <param name="read">Makes an observation of a part of it.</param>
    /// <param name="origin">Where what is set aside came from.</param>
    /// <param name="answer">What is answered when all that can be taken is durable.</param>
    public Task<IResult> Take(
        RequestBody body, Func<BodyPart, IntakeLine> read, string origin, Func<IntakeResult, IResult> answer) =>
        Take(
            body,
            () =>
            {
                var parts = body.Parts();
                return (parts.Count, parts.Select(read));
            },
            origin,
            answer);

    /// <param name="body">Not read yet.</param>
    /// <param name="read">Makes observations of all of it, and says how many there may be.</param>
    /// <param name="origin">Where what is set aside came from.</param>
    /// <param name="answer">What is answered when all that can be taken is durable.</param>
    public async Task<IResult> Take(
        RequestBody body,
        Func<(int Count, IEnumerable<IntakeLine> Lines)> read,
        string origin,
        Func<IntakeResult, IResult> answer)
    {
        var http = body.Http;
        try
        {
            if (await bodies.Read(http.Request, body) is { } problem)
                return await Refuse(problem);
            using var place = shares.TryTakePlace(http);
            if (place is null)
            {
                return RateLimitAnswer.TooMany(
                    http, $"{shares.Places} requests are under way, or half of them are yours");
            }

            var (count, lines) = read();
            if (count > limits.Value.MaxObservations)
            {
                return await Refuse(TypedResults.Problem(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Send at most {limits.Value.MaxObservations:N0} observations at once."),
                    statusCode: StatusCodes.Status413PayloadTooLarge));
            }

            return answer(await intake.Take(lines, origin, http.RequestAborted));
        }
        catch (Exception e) when (IntakeOutage.Is(e))
        {
            return IntakeOutage.Answer(http, e);
        }

        // Sending it again would not help, so that it must not be gone without a trace.
        async Task<IResult> Refuse(ProblemHttpResult problem)
        {
            if (problem.StatusCode != StatusCodes.Status413PayloadTooLarge || !body.IsOfEvents)
                return problem;
            var beginning = body.Bytes[..Math.Min(BeginningBytes, body.Bytes.Length)];
            var reason = $"{problem.ProblemDetails.Detail} This is its beginning.";
            await intake.Take([new(1, "OpenLineage", beginning, null, reason)], origin, http.RequestAborted);
            return problem;
        }
    }
}
