namespace AiSimulator.Painting;

/// <summary>The latest pictures, up to a number of bytes; what was not asked for the longest goes first.</summary>
internal sealed class PictureCache(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PictureOrder, LinkedListNode<(PictureOrder Order, byte[] Picture)>> _found = [];
    private readonly LinkedList<(PictureOrder Order, byte[] Picture)> _byUse = [];
    private long _size;

    public byte[]? Find(PictureOrder order)
    {
        lock (_gate)
        {
            if (!_found.TryGetValue(order, out var node)) return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Picture;
        }
    }

    public void Keep(PictureOrder order, byte[] picture)
    {
        lock (_gate)
        {
            if (_found.ContainsKey(order)) return;
            _found[order] = _byUse.AddFirst((order, picture));
            _size += picture.Length;
            while (_size > capacity && _byUse.Last is { } last)
            {
                _byUse.RemoveLast();
                _found.Remove(last.Value.Order);
                _size -= last.Value.Picture.Length;
            }
        }
    }
}
