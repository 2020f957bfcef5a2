namespace AiSimulator.Painting;

/// <summary>What kind of picture an image call gets.</summary>
public enum PictureStyle
{
    /// <summary>A scene composed from the words of the prompt.</summary>
    Painted,

    /// <summary>One quiet gradient a size, the same for every prompt: next to no work.</summary>
    Plain,
}
