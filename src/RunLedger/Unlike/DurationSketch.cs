namespace RunLedger.Unlike;

/// <summary>
/// How long many things took, in little room: a weight for each bucket, and the bounds of the buckets grow by 2 %. So
/// every figure read from it is right to 2 %, and ten years need some 1,300 buckets at most. Weights fade.
/// </summary>
sealed class DurationSketch
{
    const byte Format = 1;
    const double Growth = 1.02;

    /// <summary>What is shorter, or took less than nothing by clocks that disagree, is in the first bucket.</summary>
    const double Least = .001;
    const double Most = 10 * 365.25 * 86_400;

    /// <summary>
    /// Time alone leaves so much weight: of a process that runs four times a year the years before count too.
    /// </summary>
    const double Lasting = 100;

    /// <summary>Less is forgotten.</summary>
    const double Nothing = 1e-4;

    static readonly double LogGrowth = Math.Log(Growth);
    static readonly TimeSpan FadeEvery = TimeSpan.FromHours(1);

    readonly SortedList<int, double> _weights = [];

    /// <summary>How many it was ever given.</summary>
    public long Count { get; private set; }

    /// <summary>How many new ones what has not faded is worth.</summary>
    public double Weight { get; private set; }

    /// <summary>When the newest was counted.</summary>
    public DateTime LatestAt { get; private set; }

    /// <summary>Of when the weights are.</summary>
    DateTime FadedAt { get; set; }

    /// <param name="seconds">How long it took.</param>
    /// <param name="at">When it was counted, by the ledger's clock.</param>
    /// <param name="halfLife">After so long it counts half.</param>
    public void Add(double seconds, DateTime at, TimeSpan halfLife)
    {
        if (Count == 0)
            FadedAt = at;
        else if (at - FadedAt >= FadeEvery)
            Fade(at, halfLife);
        // One that is counted late is as faded as its neighbours.
        var weight = at < FadedAt ? Math.Pow(2, (at - FadedAt) / halfLife) : 1;
        var bucket = BucketOf(seconds);
        _weights[bucket] = _weights.GetValueOrDefault(bucket) + weight;
        Weight += weight;
        Count++;
        if (at > LatestAt)
            LatestAt = at;
    }

    /// <summary>The share that took longer, from 0 to 1.</summary>
    public double ShareAbove(double seconds) => Weight <= 0 ? 0 : WeightAbove(seconds) / Weight;

    /// <summary>How much weight took longer.</summary>
    public double WeightAbove(double seconds)
    {
        if (seconds <= 0)
            return Weight;
        var (at, above) = (BucketOf(seconds), 0d);
        foreach (var (bucket, weight) in _weights)
        {
            if (bucket > at)
                above += weight;
            else if (bucket == at)
                above += weight * Math.Clamp(Math.Log(Upper(bucket) / seconds) / LogGrowth, 0, 1);
        }

        return above;
    }

    /// <summary>
    /// How long one more will take at most, with a chance: of all, or of those that took longer than something. The
    /// place is that among n + 1, so that it holds for one that is not among them however few they are.
    /// </summary>
    /// <param name="chance">From 0 to 1.</param>
    /// <param name="above">How long it has taken already.</param>
    public double Quantile(double chance, double above = 0)
    {
        var rest = WeightAbove(above);
        var place = Weight - rest + Math.Clamp((chance * (rest + 1)) - .5, 0, rest);
        var (before, last) = (0d, above);
        foreach (var (bucket, weight) in _weights)
        {
            last = Upper(bucket);
            if (before + weight >= place)
                return Math.Max(above, last * Math.Pow(Growth, ((place - before) / weight) - 1));
            before += weight;
        }

        return Math.Max(above, last);
    }

    /// <summary>The same without one of them: what it would say had that never been.</summary>
    /// <param name="longest">Without the longest; else without the shortest.</param>
    public DurationSketch WithoutOne(bool longest)
    {
        var rest = new DurationSketch
        {
            Count = Count - 1,
            LatestAt = LatestAt,
            FadedAt = FadedAt,
        };
        var left = 1d;
        foreach (var (bucket, weight) in longest ? _weights.Reverse() : _weights)
        {
            var gone = Math.Min(weight, left);
            left -= gone;
            if (weight > gone)
                rest.Weight += rest._weights[bucket] = weight - gone;
        }

        return rest;
    }

    /// <summary>As it is stored.</summary>
    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
        {
            writer.Write(Format);
            writer.Write(FadedAt.Ticks);
            writer.Write(LatestAt.Ticks);
            writer.Write7BitEncodedInt64(Count);
            writer.Write7BitEncodedInt(_weights.Count);
            var last = 0;
            foreach (var (bucket, weight) in _weights)
            {
                writer.Write7BitEncodedInt(bucket - last);
                writer.Write((float)weight);
                last = bucket;
            }
        }

        return bytes.ToArray();
    }

    /// <summary>As it was stored; what another version wrote in another way begins anew.</summary>
    public static DurationSketch Read(byte[] stored)
    {
        var sketch = new DurationSketch();
        if (stored is not [Format, ..])
            return sketch;
        using var reader = new BinaryReader(new MemoryStream(stored));
        reader.ReadByte();
        sketch.FadedAt = new DateTime(reader.ReadInt64(), DateTimeKind.Utc);
        sketch.LatestAt = new DateTime(reader.ReadInt64(), DateTimeKind.Utc);
        sketch.Count = reader.Read7BitEncodedInt64();
        var bucket = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            bucket += reader.Read7BitEncodedInt();
            sketch.Weight += sketch._weights[bucket] = reader.ReadSingle();
        }

        return sketch;
    }

    void Fade(DateTime at, TimeSpan halfLife)
    {
        var faded = Math.Pow(2, -((at - FadedAt) / halfLife));
        if (Weight * faded < Lasting)
            faded = Math.Min(1, Lasting / Weight);
        Weight = 0;
        foreach (var bucket in _weights.Keys.ToArray())
        {
            var weight = _weights[bucket] * faded;
            if (weight < Nothing)
                _weights.Remove(bucket);
            else
                Weight += _weights[bucket] = weight;
        }

        FadedAt = at;
    }

    static int BucketOf(double seconds) => seconds > Least
        ? (int)Math.Ceiling(Math.Log(Math.Min(seconds, Most) / Least) / LogGrowth)
        : 0;

    static double Upper(int bucket) => Least * Math.Pow(Growth, bucket);
}
