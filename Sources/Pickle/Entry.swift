/// A place on the stack of a pickle.
struct Entry {
    var item: Item
    var size: Size
    /// Whether instructions may still change what is here; they may not once it has been put into something else.
    var isOpen: Bool
    /// The number under which the memo waits for what is here to be finished.
    var memoKey: UInt32?

    init(_ value: PythonValue) {
        item = .value(value)
        size = .leaf
        isOpen = false
    }

    init(_ item: Item, _ size: Size, isOpen: Bool) {
        self.item = item
        self.size = size
        self.isOpen = isOpen
    }
}
