class Queue {
	constructor() {
		this.items = [];
	}

	push(item) {
		if (item) {
			this.items.push(item);
			this.changed = true;
		}
	}
}
