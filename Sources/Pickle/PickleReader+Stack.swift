extension PickleReader {
    mutating func push(_ value: PythonValue) throws(PickleError) {
        try weigh(1)
        stack.append(Entry(value))
    }

    mutating func push(_ entry: Entry) throws(PickleError) {
        try weigh(Int(entry.size.weight))
        stack.append(entry)
    }

    mutating func pushContainer(_ item: Item) throws(PickleError) {
        try push(Entry(item, .emptyContainer, isOpen: true))
    }

    /// Counts what comes on the stack.
    ///
    /// What goes from one place of it into another is counted already.
    mutating func weigh(_ added: Int) throws(PickleError) {
        weight &+= added
        guard weight <= limits.weight else { throw .tooLarge("more than \(limits.weight) values") }
    }

    /// Takes the uppermost entry off the stack.
    mutating func pop() throws(PickleError) -> Entry {
        close(try place(count: 1))
        let entry = stack.removeLast()
        weight &-= Int(entry.size.weight)
        return entry
    }

    /// Drops the entries from a place on, which have become part of another one.
    mutating func removeEntries(from start: Int) {
        while stack.count > start { stack.removeLast() }
    }

    /// Where the uppermost entries begin, which must not reach below the last mark.
    func place(count: Int) throws(PickleError) -> Int {
        let place = stack.count &- count
        guard place >= marks.last ?? 0 else { throw .malformed("nothing on the stack") }
        return place
    }

    /// Where the entries above the last mark begin, which is gone after that.
    mutating func takeMark() throws(PickleError) -> Int {
        guard let mark = marks.popLast() else { throw .malformed("no mark on the stack") }
        return mark
    }

    /// Finishes an entry, because it becomes part of another one or is fetched a second time.
    ///
    /// Real picklers change nothing afterwards, except for values that contain themselves, which cannot be had here.
    mutating func close(_ place: Int) {
        if stack[place].isOpen, case .value(.set(let items)) = stack[place].item {
            stack[place].item = .value(.set(DictionaryKey.distinct(items)))
        }
        stack[place].isOpen = false
        guard let key = stack[place].memoKey else { return }
        stack[place].memoKey = nil
        memo.settle(key, from: place, as: .finished(stack[place].item, stack[place].size))
    }

    /// Sets the uppermost entry aside, and leaves it on the stack.
    mutating func put(_ key: UInt32) throws(PickleError) {
        guard memo.count < limits.weight else { throw .tooLarge("more than \(limits.weight) values set aside") }
        let place = try place(count: 1)
        guard stack[place].isOpen else {
            return memo.store(.finished(stack[place].item, stack[place].size), under: key)
        }
        guard stack[place].memoKey == nil else { throw .malformed("a container set aside twice") }
        stack[place].memoKey = key
        memo.store(.onStack(place), under: key)
    }

    /// Fetches what was set aside.
    mutating func get(_ key: UInt32) throws(PickleError) {
        switch memo[key] {
        case .finished(let item, let size): try push(Entry(item, size, isOpen: false))
        case .onStack(let place):
            close(place)
            try push(stack[place])
        case nil: throw .malformed("nothing set aside under \(key)")
        }
    }
}
