using System.Net.Sockets;
using System.Text;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>What infra/kubernetes does to two replicas when their version changes, without Kubernetes.</summary>
public sealed class RollingRestartTests
{
    const string Route = "/api/observations";

    /// <summary>The host's own limit; a pod's terminationGracePeriodSeconds is longer.</summary>
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    /// <summary>Messages in the queue at any time of the restart.</summary>
    const int Backlog = 500;

    [Fact]
    public async Task Two_replicas_replaced_one_after_the_other_under_load_lose_nothing_and_keep_answering()
    {
        await using var site = await LedgerSite.CreateAsync();
        await using var publisher = new Publisher(site.Broker);
        var replicas = await Task.WhenAll(site.StartAsync(LedgerSite.Slow), site.StartAsync(LedgerSite.Slow));
        var service = new Endpoints(replicas);
        using var done = new CancellationTokenSource();
        var published = PublishAsync(site, publisher, done.Token);
        var posted = Task.WhenAll(service.PostAsync(new Traffic(32), done.Token), service.PostAsync(new Traffic(33), done.Token));

        foreach (var old in replicas)
        {
            await AnsweringAsync(service, [published, posted]);
            // maxSurge 1, maxUnavailable 0: first the new one is ready.
            service.Add(await site.StartAsync(LedgerSite.Slow));
            await AnsweringAsync(service, [published, posted]);
            Assert.True(await site.Publisher.WaitingAsync(LedgerSite.Queue) > 0, "Nothing waited when the replica was told to stop.");

            // Its address is still handed out: the news of its end is never everywhere at once.
            var (exitCode, took) = await old.StopAsync();

            Assert.True(exitCode == 0, $"Exit code {exitCode}.\n{old.Output}");
            Assert.True(took < StopLimit, $"It took {took}.\n{old.Output}");
            service.Remove(old);
        }

        await AnsweringAsync(service, [published, posted]);
        await done.CancelAsync();
        Sent[] sent = [.. await published, .. (await posted).SelectMany(one => one)];
        await site.SettleAsync(Oracle.Rows(sent));
    }

    [Fact]
    public async Task A_request_under_way_when_a_ledger_is_told_to_stop_is_answered_after_its_listener_is_gone()
    {
        var sent = new Sent("RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var site = await LedgerSite.CreateAsync();
        var ledger = await site.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(ledger.Url.Host, ledger.Url.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        var body = Encoding.UTF8.GetBytes(sent.Line());
        var head = $"POST {Route} HTTP/1.1\r\nHost: {ledger.Url.Authority}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        // Asked for its body: the request is in the ledger's hands.
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        var stopped = ledger.StopAsync();
        await Eventually.Async(
            async () => await RefusesAsync(ledger) ? null : "it still listens", StopLimit, () => ledger.Output);
        Assert.False(stopped.IsCompleted, ledger.Output);
        await stream.WriteAsync(body, TestContext.Current.CancellationToken);

        Assert.Equal("", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("HTTP/1.1 202 Accepted", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, (await stopped).ExitCode);
        await site.StartAsync();
        await site.SettleAsync(Oracle.Rows([sent]));
    }

    /// <summary>Runs without end, as fast as they are taken.</summary>
    static async Task<List<Sent>> PublishAsync(LedgerSite site, Publisher publisher, CancellationToken done)
    {
        var traffic = new Traffic(31);
        List<Sent> all = [];
        while (!done.IsCancellationRequested)
        {
            var some = traffic.Runs(100);
            all.AddRange(some);
            await publisher.SendAsync(traffic.Disturbed(some));
            await Eventually.Async(
                async () => await publisher.WaitingAsync(LedgerSite.Queue) is var waiting and > Backlog ? $"{waiting} messages wait" : null,
                TimeSpan.FromSeconds(60), () => site.Output);
        }

        return all;
    }

    /// <summary>Every ready replica has taken something from now on, and nobody who sends has failed.</summary>
    static async Task AnsweringAsync(Endpoints service, Task[] senders)
    {
        var before = service.Answers();
        await Eventually.Async(
            async () =>
            {
                foreach (var sender in senders.Where(sender => sender.IsFaulted))
                    await sender;
                return service.Answers().Count(now => now.Value >= before.GetValueOrDefault(now.Key) + 5) is var served && served < before.Count
                    ? $"{served} of {before.Count} replicas answer"
                    : null;
            },
            TimeSpan.FromSeconds(60));
    }

    static async Task<bool> RefusesAsync(LedgerProcess ledger)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(ledger.Url.Host, ledger.Url.Port, TestContext.Current.CancellationToken);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>The replicas behind one address, and clients that ask them in turn.</summary>
    sealed class Endpoints(IEnumerable<LedgerProcess> ready)
    {
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

        /// <summary>How many posts each ready replica has taken.</summary>
        public Dictionary<LedgerProcess, int> Answers()
        {
            lock (_lock)
                return _ready.ToDictionary(replica => replica, replica => _answers.GetValueOrDefault(replica));
        }

        /// <summary>Runs without end, a few observations a request.</summary>
        public async Task<List<Sent>> PostAsync(Traffic traffic, CancellationToken done)
        {
            List<Sent> all = [];
            while (!done.IsCancellationRequested)
            {
                var some = traffic.Runs(1);
                all.AddRange(some);
                foreach (var few in some.Chunk(5))
                    await PostAsync($"[{string.Join(',', few.Select(one => one.Line()))}]");
            }

            return all;
        }

        async Task PostAsync(string body)
        {
            for (var tries = 1; ; tries++)
            {
                var replica = Next();
                string problem;
                try
                {
                    var (status, _, answer) = await replica.PostAsync(Route, body);
                    if (status == 202)
                    {
                        lock (_lock)
                            _answers[replica] = _answers.GetValueOrDefault(replica) + 1;
                        return;
                    }

                    problem = $"{status} {answer}";
                }
                catch (HttpRequestException e)
                {
                    // Refused, or closed before it answered.
                    problem = e.ToString();
                }

                Assert.True(tries < 10, $"Answered {tries} times: {problem}\n{replica.Output}");
            }
        }

        LedgerProcess Next()
        {
            lock (_lock)
                return _ready[_turn++ % _ready.Count];
        }
    }
}
