// Loads the page and asserts what a visitor sees. usage: page_test.mjs URL WORK_DIRECTORY
import { chromium } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';

const [url, work] = process.argv.slice(2);
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const errors = [];
try {
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    page.on('pageerror', error => errors.push(`script: ${error}`));
    page.on('console', message => {
        if (message.type() === 'error') errors.push(`console: ${message.text()}`);
    });
    await page.goto(url, { waitUntil: 'load' });

    const sizes = await page.$$eval('img', images =>
        images.map(image => [image.getAttribute('src'), image.naturalWidth]));
    const latest = sizes.find(([source]) => source.includes('latest.jpg'));
    const gif = sizes.find(([source]) => source.includes('latest.gif'));
    assert.equal(latest?.[1], 640, 'the latest frame is shown');
    assert.ok(gif?.[1] > 0, 'the animation is shown');

    // The animation moves: pictures of it, taken over a second, are not all the same.
    const animation = await page.$('img[src*="latest.gif"]');
    const seen = new Set();
    for (let i = 0; i < 8; ++i) {
        const shot = await animation.screenshot();
        seen.add(createHash('sha256').update(shot).digest('hex'));
        await page.waitForTimeout(170);
    }
    assert.ok(seen.size > 1, 'the animation moves');

    // A new frame appears without a reload.
    const before = await page.$eval('img[src*="latest.jpg"]', image => image.currentSrc);
    execFileSync('imgsnap', ['test:road?size=800x450', '-o', `${work}/public/latest.jpg`]);
    await page.waitForFunction(
        () => [...document.images].some(image => image.naturalWidth === 800), null,
        { timeout: 15000 });
    assert.ok(before, 'there was a picture before');
    assert.deepEqual(errors, [], 'the page runs without errors');
    console.log('page: ok');
} finally {
    await browser.close();
}
