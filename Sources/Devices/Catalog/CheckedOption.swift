/// An option that a program can make with values that make no sense, which decoding refuses.
public protocol CheckedOption {
    /// What follows the option's name in a message: `must be a lower and an upper limit (was [3, 2])`; nil if nothing
    /// is wrong.
    var flaw: String? { get }
}
