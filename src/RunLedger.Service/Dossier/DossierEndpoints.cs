using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Folding;
using RunLedger.Service.Settings;
using RunLedger.Service.Web;

namespace RunLedger.Service.Dossier;

/// <summary>What the ledger knows of a candidate, signed, and the key with which that is verified.</summary>
static class DossierEndpoints
{
    public static IServiceCollection AddDossier(this IServiceCollection services)
    {
        services.AddOptions<DossierOptions>().Configure<IConfiguration>((options, settings) =>
            LedgerSettings.Bind(settings.GetSection(DossierOptions.Section), options));
        services.TryAddSingleton<DossierSigner>();
        services.TryAddSingleton<DossierQuery>();
        return services;
    }

    public static IEndpointRouteBuilder MapDossier(this IEndpointRouteBuilder routes)
    {
        // A key that cannot be used stops the start, not the first who asks.
        _ = routes.ServiceProvider.GetRequiredService<DossierSigner>();
        var api = routes.MapReading();
        api.MapGet("/candidates/{code}/dossier", GetDossier).WithName("GetDossier")
            .WithSummary("What the ledger knows of a candidate's runs by a time: figures, gaps and failures, signed.")
            .WithDescription("It decides nothing. For one asOf the part observed is the same whenever and in whatever "
                + "order the observations came. A / in the code is written %2F.")
            .Describes<SignedDossier>().ProducesProblem(StatusCodes.Status404NotFound)
            .RequireRateLimiting(ReadingLimits.Dossier)
            .AddOpenApiOperationTransformer(QuerySchemas.Describe)
            .WithExamples(answer: DossierExamples.Signed);
        api.MapGet("/dossier/keys", GetKeys).WithName("GetDossierKeys")
            .WithSummary("The public key of the dossiers, as a JWK set; empty where they are unsigned.")
            .Produces<string>(StatusCodes.Status200OK, "application/jwk-set+json");
        return routes;
    }

    static async Task<IResult> GetDossier(
        string code,
        HttpContext http,
        [AsParameters] DossierRequest query,
        [FromServices] DossierQuery dossiers,
        [FromServices] DossierSigner signer,
        [FromServices] TimeProvider time,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var (candidate, asOf) = query.Read(text, http, time.GetUtcNow().UtcDateTime);
        if (text.Problem is { } problem)
            return problem;
        try
        {
            var (document, first) = await dossiers.Find(candidate, asOf, cancellationToken);
            return document is null
                ? TypedResults.Problem(
                    Nothing(candidate, asOf, first), statusCode: StatusCodes.Status404NotFound, title: "Not found.")
                : TypedResults.Bytes(signer.Sign(document), "application/json");
        }
        catch (NewerFoldException e)
        {
            // While replicas are replaced: without that run every figure would be wrong.
            return TypedResults.Problem(
                e.Message, statusCode: StatusCodes.Status503ServiceUnavailable, title: "A newer replica wrote a run.");
        }
    }

    /// <summary>Why there is no dossier, and what there is instead.</summary>
    public static string Nothing(string candidate, DateTime asOf, DateTime? first) => first is { } at
        ? $"No run of {candidate} had begun by {LedgerTime.Text(asOf)}; the first one began at {LedgerTime.Text(at)}: "
            + "ask for that time or a later one."
        : $"The ledger has no run of {candidate} that has begun. Upper and lower case are not alike; /runs finds codes "
            + "by a part of them.";

    static ContentHttpResult GetKeys([FromServices] DossierSigner signer) => TypedResults.Text(
        $$"""{"keys":[{{signer.Public?.Jwk}}]}""", "application/jwk-set+json");
}
