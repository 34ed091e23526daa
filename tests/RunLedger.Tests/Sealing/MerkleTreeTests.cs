using CsCheck;
using RunLedger.Sealing;

namespace RunLedger.Tests.Sealing;

public sealed class MerkleTreeTests
{
    static readonly string[] Leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    // Computed by the recursion of RFC 6962 section 2.1 in another language.
    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void A_root_is_that_of_RFC_6962(int count, string root)
    {
        var frontier = new MerkleFrontier();
        foreach (var leaf in Leaves[..count])
            frontier.Add(MerkleTree.HashLeaf(Convert.FromHexString(leaf)));

        Assert.Equal(root, Convert.ToHexStringLower(MerkleTree.Root(Hashes(count))));
        Assert.Equal(root, Convert.ToHexStringLower(frontier.Root()));
    }

    [Fact]
    public void A_path_leads_from_its_leaf_to_the_root_and_from_no_other() =>
        Gen.Int[1, 300].SelectMany(count => Gen.Int[0, count - 1], (count, at) => (count, at)).Sample(
            tree =>
            {
                var hashes = Numbers(tree.count);
                var leaf = hashes.AsSpan(tree.at * 32, 32).ToArray();
                var root = MerkleTree.Root((byte[])hashes.Clone());
                var frontier = new MerkleFrontier(tree.at);
                for (var at = 0; at < tree.count; at++)
                    frontier.Add(hashes.AsSpan(at * 32, 32));
                var path = frontier.Path();

                Assert.Equal(root, MerkleTree.Follow(leaf, tree.at, tree.count, path));
                Assert.NotEqual(root, MerkleTree.Follow(MerkleTree.HashLeaf(leaf), tree.at, tree.count, path));
                if (tree.count > 1)
                {
                    var other = tree.at == 0 ? 1 : tree.at - 1;
                    Assert.NotEqual(root, MerkleTree.Follow(leaf, other, tree.count, path));
                    path[^1] ^= 1;
                    Assert.NotEqual(root, MerkleTree.Follow(leaf, tree.at, tree.count, path));
                }
            },
            iter: 200);

    [Fact]
    public void A_tree_that_grows_has_at_each_size_the_root_of_all_its_leaves()
    {
        var grown = new MerkleFrontier();
        for (var count = 1; count <= 70; count++)
        {
            var hashes = Numbers(count);
            grown = MerkleFrontier.From(grown.Size, grown.Peaks);
            grown.Add(hashes.AsSpan((count - 1) * 32, 32));
            Assert.Equal(MerkleTree.Root(hashes), grown.Root());
        }
    }

    static byte[] Hashes(int count) =>
        [.. Leaves[..count].SelectMany(leaf => MerkleTree.HashLeaf(Convert.FromHexString(leaf)))];

    static byte[] Numbers(int count) =>
        [.. Enumerable.Range(0, count).SelectMany(number => MerkleTree.HashLeaf(BitConverter.GetBytes(number)))];
}
