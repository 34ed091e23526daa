using RunLedger.IntegrationTests.Support.Brokers;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>
/// The replicas behind one address, and a client that asks them in turn, as a Service of Kubernetes would have it.
/// </summary>
sealed class ReadyReplicas(IEnumerable<LedgerProcess> ready)
{
    public const string Route = "/api/observations";

    const int MaxTries = 20;

    readonly Lock _lock = new();
    readonly List<LedgerProcess> _ready = [.. ready];
    readonly Dictionary<LedgerProcess, int> _answers = [];
    int _turn;

    public void Add(LedgerProcess replica)
    {
        lock (_lock)
            _ready.Add(replica);
    }

    public void Remove(LedgerProcess replica)
    {
        lock (_lock)
            _ready.Remove(replica);
    }

    /// <summary>A few observations a request; each is sent until it is taken.</summary>
    public async Task Post(IEnumerable<Sent> sent)
    {
        foreach (var few in sent.Chunk(3))
            await Post($"[{string.Join(',', few.Select(one => one.Line()))}]");
    }

    /// <summary>Each has taken something from now on, unless one who sends has failed.</summary>
    public Task AllAnswer(params Task[] senders)
    {
        var before = Answers();
        return Eventually.Async(
            async () =>
            {
                foreach (var sender in senders.Where(sender => sender.IsFaulted))
                    await sender;
                var now = Answers();
                var silent = now.Count(one => one.Value == before.GetValueOrDefault(one.Key));
                return silent > 0 ? $"{silent} of {now.Count} replicas have taken nothing" : null;
            },
            TimeSpan.FromSeconds(60));
    }

    async Task Post(string body)
    {
        for (var tries = 1; ; tries++)
        {
            var replica = Next();
            string problem;
            try
            {
                var (status, _, answer) = await replica.Post(Route, body);
                if (status == 202)
                {
                    Count(replica);
                    return;
                }

                problem = $"{status} {answer}";
                // Nothing else says that sending again is safe and may help.
                Assert.True(status == 503, problem);
            }
            catch (HttpRequestException e)
            {
                // Refused, or closed before it was answered.
                problem = e.ToString();
            }

            Assert.True(tries < MaxTries, $"Sent {tries} times: {problem}\n{replica.Output}");
        }
    }

    Dictionary<LedgerProcess, int> Answers()
    {
        lock (_lock)
            return _ready.ToDictionary(replica => replica, replica => _answers.GetValueOrDefault(replica));
    }

    LedgerProcess Next()
    {
        lock (_lock)
            return _ready[_turn++ % _ready.Count];
    }

    void Count(LedgerProcess replica)
    {
        lock (_lock)
            _answers[replica] = _answers.GetValueOrDefault(replica) + 1;
    }
}
